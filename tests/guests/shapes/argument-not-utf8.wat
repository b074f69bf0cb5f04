;; Creates an invoice whose body is no text: its bytes are not UTF-8.
(core module $guest
  (import "base" "memory" (memory 1))
  (import "base" "definition" (func $definition (result i32)))
  (import "host" "drop-company" (func $drop-company (param i32)))
  (export "definition" (func $definition))
  (import "host" "create" (func $create (param i32 i32 i32 i32 i32 i32 i32 i32)))
  (data (i32.const 100) "key")
  (data (i32.const 110) "Invoice")
  (data (i32.const 120) "\ff\fe")
  (func (export "run") (param $parameters i32) (result i32)
    (call $create (i32.load offset=96 (local.get $parameters))
      (i32.const 100) (i32.const 3) (i32.const 110) (i32.const 7) (i32.const 120) (i32.const 2) (i32.const 200))
    (i32.const 0)))
