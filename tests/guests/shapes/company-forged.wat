;; Calls a company that it was never given.
(core module $guest
  (import "base" "memory" (memory 1))
  (import "base" "definition" (func $definition (result i32)))
  (import "host" "drop-company" (func $drop-company (param i32)))
  (export "definition" (func $definition))
  (import "host" "create" (func $create (param i32 i32 i32 i32 i32 i32 i32 i32)))
  (data (i32.const 100) "key")
  (data (i32.const 110) "Invoice")
  (data (i32.const 120) "{}")
  (func (export "run") (param $parameters i32) (result i32)
    (call $create (i32.const 77)
      (i32.const 100) (i32.const 3) (i32.const 110) (i32.const 7) (i32.const 120) (i32.const 2) (i32.const 200))
    (i32.const 0)))
