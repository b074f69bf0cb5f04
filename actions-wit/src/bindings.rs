//! What `wit-bindgen` makes of the contract. Nothing here is written by hand, and nothing outside
//! this crate should name it: `export!` needs it public, authors need the types built on top.

wit_bindgen::generate!({
    world: "action",
    path: "wit",
    pub_export_macro: true,
    export_macro_name: "export_component",
    default_bindings_module: "qbo_actions::bindings",
});
