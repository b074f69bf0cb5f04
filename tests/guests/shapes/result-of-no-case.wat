;; Gives a result that is neither success nor refusal.
(core module $guest
  (import "base" "memory" (memory 1))
  (import "base" "definition" (func $definition (result i32)))
  (import "host" "drop-company" (func $drop-company (param i32)))
  (export "definition" (func $definition))
  (func (export "run") (param $parameters i32) (result i32)
    (call $drop-company (i32.load offset=96 (local.get $parameters)))
    (i32.store8 (i32.const 0) (i32.const 7))
    (i32.const 0)))
