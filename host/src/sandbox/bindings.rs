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
    // The enrollment is lent to the guest's memory straight from the run, without a copy between.
    ownership: Borrowing { duplicate_if_necessary: true },
    with: { "qbo:actions/quickbooks.company": crate::sandbox::attempt::Company },
});
