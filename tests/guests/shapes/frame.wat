;; An action around one core module, for attacks that no compiler would emit. The tests put three
;; things in: {guest}, a core module from one of the files beside this one; {definition}, the text
;; of the definition; {definition_bytes}, its length.
;;
;; The guest imports the memory, which holds the definition from address 1024 on. Its `run` gets
;; the address of the lowered parameters: the company's handle lies at offset 96. It gives the
;; address of a result of 20 bytes; in zeroed memory that is a success without outputs.
(component
  (import "qbo:actions/types@1.0.0" (instance $types
    (type $pairs (list (tuple string string)))
    (type $crm-object-is (record (field "kind" string) (field "id" string) (field "properties" $pairs)))
    (export "crm-object" (type $crm-object (eq $crm-object-is)))
    (type $associated-is (record
      (field "object" $crm-object) (field "parent" string) (field "labels" (list string))))
    (export "associated" (type $associated (eq $associated-is)))
    (type $document-is (record
      (field "object" string) (field "entity" string) (field "id" string) (field "number" string)
      (field "total" string) (field "status" string) (field "event-id" string)))
    (export "document" (type $document (eq $document-is)))
    (type $enrollment-is (record
      (field "event-id" string) (field "run-id" string) (field "accepted-at" string)
      (field "company-date" string) (field "zone" string) (field "object" $crm-object)
      (field "associated" (list $associated)) (field "documents" (list $document))
      (field "inputs" $pairs) (field "facts" $pairs)))
    (export "enrollment" (type $enrollment (eq $enrollment-is)))
    (type $problem-is (record
      (field "code" string) (field "message" string) (field "about" string) (field "remedy" string)))
    (export "problem" (type $problem (eq $problem-is)))
    (type $outcome-is (record (field "outputs" $pairs) (field "warnings" (list $problem))))
    (export "outcome" (type $outcome (eq $outcome-is)))
    (type $refusal-is (record (field "kind" string) (field "problems" (list $problem))))
    (export "refusal" (type $refusal (eq $refusal-is)))))
  (alias export $types "enrollment" (type $enrollment))
  (alias export $types "outcome" (type $outcome))
  (alias export $types "refusal" (type $refusal))

  (import "qbo:actions/quickbooks@1.0.0" (instance $quickbooks
    (type $fault-is (record (field "code" string) (field "message" string) (field "body" string)))
    (export "fault" (type $fault (eq $fault-is)))
    (export "company" (type $company (sub resource)))
    (export "[method]company.create" (func
      (param "self" (borrow $company)) (param "key" string) (param "entity" string) (param "body" string)
      (result (result string (error $fault)))))))
  (alias export $quickbooks "company" (type $company))

  (import "wasi:io/streams@0.2.0" (instance $streams (export "output-stream" (type (sub resource)))))
  (alias export $streams "output-stream" (type $output-stream))
  (import "wasi:cli/stdout@0.2.0" (instance $stdout
    (alias outer 1 $output-stream (type $output-stream-is))
    (export "output-stream" (type $stream (eq $output-stream-is)))
    (export "get-stdout" (func (result (own $stream))))))

  (import "wasi:random/random@0.2.0" (instance $random
    (export "get-random-bytes" (func (param "len" u64) (result (list u8))))))

  (core module $base
    (memory (export "memory") 8)
    (global $free (mut i32) (i32.const 65536))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (local $at i32)
      (local.set $at (i32.and (i32.add (global.get $free) (i32.const 7)) (i32.const -8)))
      (global.set $free (i32.add (local.get $at) (local.get 3)))
      (local.get $at))
    (func (export "definition") (result i32)
      (i32.store (i32.const 1016) (i32.const 1024))
      (i32.store (i32.const 1020) (i32.const {definition_bytes}))
      (i32.const 1016))
    (data (i32.const 1024) "{definition}"))
  (core instance $base (instantiate $base))
  (core func $create (canon lower (func $quickbooks "[method]company.create")
    (memory (core memory $base "memory")) (realloc (core func $base "realloc"))))
  (core func $drop-company (canon resource.drop $company))
  (core func $get-stdout (canon lower (func $stdout "get-stdout")))
  (core func $get-random-bytes (canon lower (func $random "get-random-bytes")
    (memory (core memory $base "memory")) (realloc (core func $base "realloc"))))

  {guest}

  (core instance $guest (instantiate $guest
    (with "base" (instance $base))
    (with "host" (instance
      (export "create" (func $create))
      (export "drop-company" (func $drop-company))
      (export "get-stdout" (func $get-stdout))
      (export "get-random-bytes" (func $get-random-bytes))))))
  (func $definition (result string)
    (canon lift (core func $guest "definition") (memory (core memory $base "memory"))))
  (func $run
    (param "enrollment" $enrollment) (param "company" (borrow $company))
    (result (result $outcome (error $refusal)))
    (canon lift (core func $guest "run") (memory (core memory $base "memory")) (realloc (core func $base "realloc"))))
  (instance $handler (export "definition" (func $definition)) (export "run" (func $run)))
  (export "qbo:actions/handler@1.0.0" (instance $handler)))
