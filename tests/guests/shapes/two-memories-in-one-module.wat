;; Has two memories in one module.
(core module $guest
  (import "base" "definition" (func $definition (result i32)))
  (memory 1)
  (memory 1)
  (export "definition" (func $definition))
  (func (export "run") (param i32) (result i32) unreachable))
