;; Grows a memory page by page until it is told no, then gives up.
(core module $guest
  (import "base" "memory" (memory 1))
  (import "base" "definition" (func $definition (result i32)))
  (import "host" "drop-company" (func $drop-company (param i32)))
  (export "definition" (func $definition))
  (func (export "run") (param i32) (result i32)
    (loop $again (br_if $again (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))
    unreachable))
