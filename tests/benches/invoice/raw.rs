//! The same component on wasmtime alone, as fast as it goes: pooling, the same compiled code, a
//! fresh store and instance for each run, host functions that answer from memory, no WASI behind
//! the imports (the measured run calls none).

use std::path::{Path, PathBuf};

use wasmtime::component::{Component, HasSelf, Linker, Resource, ResourceTable};
use wasmtime::{Engine, Result, Store};

use super::memory;

wasmtime::component::bindgen!({
    path: "../actions-wit/wit",
    world: "action",
    imports: {
        "qbo:actions/quickbooks.[method]company.query": async | trappable,
        "qbo:actions/quickbooks.[method]company.create": async | trappable,
        default: trappable,
    },
    exports: { default: async },
    with: { "qbo:actions/quickbooks.company": Company },
});

use qbo::actions::{log, quickbooks, types};
pub(crate) use types::{Associated, CrmObject, Enrollment};

/// What the handle stands for; raw wasmtime has nothing behind it.
#[expect(unreachable_pub, reason = "the generated bindings export it again")]
pub struct Company;

/// What a store holds.
pub(crate) struct State {
    table: ResourceTable,
}

type Reply = Result<std::result::Result<String, quickbooks::Fault>>;

impl quickbooks::Host for State {}
impl types::Host for State {}

impl log::Host for State {
    fn write(&mut self, _level: log::Level, _line: String) -> Result<()> {
        Ok(())
    }
}

impl quickbooks::HostCompany for State {
    async fn query(&mut self, _company: Resource<Company>, statement: String, _values: Vec<String>) -> Reply {
        Ok(Ok(memory::answer(memory::entity_of(&statement)).to_owned()))
    }

    fn read(&mut self, _company: Resource<Company>, entity: String, _id: String) -> Reply {
        Ok(Ok(memory::answer(&entity).to_owned()))
    }

    async fn create(&mut self, _company: Resource<Company>, _key: String, entity: String, _body: String) -> Reply {
        Ok(Ok(memory::answer(&entity).to_owned()))
    }

    fn update(&mut self, _company: Resource<Company>, _key: String, entity: String, _body: String) -> Reply {
        Ok(Ok(memory::answer(&entity).to_owned()))
    }

    fn operate(&mut self, _: Resource<Company>, _key: String, _verb: String, entity: String, _body: String) -> Reply {
        Ok(Ok(memory::answer(&entity).to_owned()))
    }

    fn drop(&mut self, _company: Resource<Company>) -> Result<()> {
        Ok(())
    }
}

/// The component, linked.
pub(crate) struct Raw {
    engine: Engine,
    pre: ActionPre<State>,
    code: PathBuf,
}

impl Raw {
    /// Loads compiled code as the host's own engine made it, with the host's own engine.
    pub(crate) fn load(engine: &Engine, code: &Path) -> Result<Self> {
        let component = deserialize(engine, code)?;
        let mut linker = Linker::new(engine);
        Action::add_to_linker::<State, HasSelf<State>>(&mut linker, |state| state)?;
        linker.define_unknown_imports_as_traps(&component)?;
        let pre = ActionPre::new(linker.instantiate_pre(&component)?)?;
        Ok(Self { engine: engine.clone(), pre, code: code.to_owned() })
    }

    /// Loads the compiled code once more.
    pub(crate) fn load_again(&self) -> Component {
        deserialize(&self.engine, &self.code).expect("the component loads")
    }

    fn store(&self) -> Store<State> {
        let mut store = Store::new(&self.engine, State { table: ResourceTable::new() });
        store.set_epoch_deadline(u64::MAX / 2);
        store
    }

    /// A fresh store and instance, asked for its definition.
    pub(crate) async fn instance(&self) -> Result<String> {
        let mut store = self.store();
        let action = self.pre.instantiate_async(&mut store).await?;
        action.qbo_actions_handler().call_definition(&mut store).await
    }

    /// One run.
    pub(crate) async fn run(&self, enrollment: &Enrollment) -> Result<()> {
        let mut store = self.store();
        let company = store.data_mut().table.push(Company)?;
        let action = self.pre.instantiate_async(&mut store).await?;
        let outcome = action.qbo_actions_handler().call_run(&mut store, enrollment, company).await?;
        assert!(outcome.is_ok(), "the measured sale is refused");
        Ok(())
    }
}

fn deserialize(engine: &Engine, code: &Path) -> Result<Component> {
    // SAFETY: the host's code cache compiled the file a moment ago, with this engine.
    #[expect(unsafe_code, reason = "the file is our own compiler's output")]
    unsafe {
        Component::deserialize_file(engine, code)
    }
}
