;; Has a memory with addresses of 64 bits.
(core module $guest
  (import "base" "definition" (func $definition (result i32)))
  (memory i64 1)
  (export "definition" (func $definition))
  (func (export "run") (param i32) (result i32) unreachable))
