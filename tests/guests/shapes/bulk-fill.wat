;; Fills all of its memory over and over: few instructions, much work.
(core module $guest
  (import "base" "memory" (memory 1))
  (import "base" "definition" (func $definition (result i32)))
  (import "host" "drop-company" (func $drop-company (param i32)))
  (export "definition" (func $definition))
  (func (export "run") (param i32) (result i32)
    (drop (memory.grow (i32.const 900)))
    (loop $again
      (memory.fill (i32.const 65536) (i32.const 7) (i32.const 58000000))
      (br $again))
    unreachable))
