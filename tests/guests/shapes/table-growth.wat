;; Grows a table until it is told no, then gives up.
(core module $guest
  (import "base" "memory" (memory 1))
  (import "base" "definition" (func $definition (result i32)))
  (import "host" "drop-company" (func $drop-company (param i32)))
  (export "definition" (func $definition))
  (table $grown 1 funcref)
  (func (export "run") (param i32) (result i32)
    (loop $again
      (br_if $again (i32.ne (table.grow $grown (ref.null func) (i32.const 100)) (i32.const -1))))
    unreachable))
