;; Computes for ever as soon as it is instantiated.
(core module $guest
  (import "base" "definition" (func $definition (result i32)))
  (export "definition" (func $definition))
  (func $start (loop $again (br $again)))
  (start $start)
  (func (export "run") (param i32) (result i32) unreachable))
