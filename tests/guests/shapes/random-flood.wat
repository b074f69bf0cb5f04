;; Asks for a tebibyte of random bytes.
(core module $guest
  (import "base" "memory" (memory 1))
  (import "base" "definition" (func $definition (result i32)))
  (import "host" "get-random-bytes" (func $get-random-bytes (param i64 i32)))
  (export "definition" (func $definition))
  (func (export "run") (param i32) (result i32)
    (call $get-random-bytes (i64.const 0x10000000000) (i32.const 200))
    unreachable))
