;; Calls itself without end.
(core module $guest
  (import "base" "memory" (memory 1))
  (import "base" "definition" (func $definition (result i32)))
  (import "host" "drop-company" (func $drop-company (param i32)))
  (export "definition" (func $definition))
  (func $deeper (param i32) (result i32)
    (i32.add (call $deeper (i32.add (local.get 0) (i32.const 1))) (local.get 0)))
  (func (export "run") (param i32) (result i32) (call $deeper (i32.const 0))))
