;; Calls QuickBooks while it is asked for its definition, when there is no company to call.
(core module $guest
  (import "base" "memory" (memory 1))
  (import "host" "create" (func $create (param i32 i32 i32 i32 i32 i32 i32 i32)))
  (func (export "definition") (result i32)
    (call $create (i32.const 1)
      (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 200))
    unreachable)
  (func (export "run") (param i32) (result i32) unreachable))
