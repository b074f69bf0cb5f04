//! The contract as wasmtime generates it from the WIT. Only `sandbox` names these types.

wasmtime::component::bindgen!({
    path: "../actions-wit/wit",
    world: "action",
    imports: {
        "qbo:actions/quickbooks.[method]company.query": async | trappable,
        "qbo:actions/quickbooks.[method]company.read": async | trappable,
        "qbo:actions/quickbooks.[method]company.create": async | trappable,
        "qbo:actions/quickbooks.[method]company.update": async | trappable,
        "qbo:actions/quickbooks.[method]company.operate": async | trappable,
        default: trappable,
    },
    exports: { default: async },
    with: { "qbo:actions/quickbooks.company": crate::sandbox::attempt::Company },
});
