;; Begins with a table of a million elements.
(core module $guest
  (import "base" "definition" (func $definition (result i32)))
  (table 1000000 funcref)
  (export "definition" (func $definition))
  (func (export "run") (param i32) (result i32) unreachable))
