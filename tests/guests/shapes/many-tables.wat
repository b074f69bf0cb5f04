;; Has more tables than a component may have.
(core module $table (table 1 funcref))
(core instance (instantiate $table)) (core instance (instantiate $table)) (core instance (instantiate $table))
(core instance (instantiate $table)) (core instance (instantiate $table)) (core instance (instantiate $table))
(core instance (instantiate $table)) (core instance (instantiate $table)) (core instance (instantiate $table))
(core module $guest
  (import "base" "definition" (func $definition (result i32)))
  (export "definition" (func $definition))
  (func (export "run") (param i32) (result i32) unreachable))
