;; Refuses with a kind that lies behind the end of memory.
(core module $guest
  (import "base" "memory" (memory 1))
  (import "base" "definition" (func $definition (result i32)))
  (import "host" "drop-company" (func $drop-company (param i32)))
  (export "definition" (func $definition))
  (func (export "run") (param $parameters i32) (result i32)
    (call $drop-company (i32.load offset=96 (local.get $parameters)))
    (i32.store8 (i32.const 0) (i32.const 1))
    (i32.store (i32.const 4) (i32.const 0x7fffffff))
    (i32.store (i32.const 8) (i32.const 16))
    (i32.const 0)))
