;; Has a resource type of its own, whose handles would live on the host's heap.
(type $own (resource (rep i32)))
(core func $new (canon resource.new $own))
(core module $guest
  (import "base" "definition" (func $definition (result i32)))
  (export "definition" (func $definition))
  (func (export "run") (param i32) (result i32) unreachable))
