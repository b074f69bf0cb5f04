;; Begins with a memory of 4 GiB.
(core module $guest
  (import "base" "definition" (func $definition (result i32)))
  (memory 65536)
  (export "definition" (func $definition))
  (func (export "run") (param i32) (result i32) unreachable))
