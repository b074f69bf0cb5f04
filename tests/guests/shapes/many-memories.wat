;; Has more memories than a component may have, the frame's included.
(core module $memory (memory 1))
(core instance (instantiate $memory))
(core instance (instantiate $memory))
(core module $guest
  (import "base" "definition" (func $definition (result i32)))
  (export "definition" (func $definition))
  (func (export "run") (param i32) (result i32) unreachable))
