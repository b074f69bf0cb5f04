//! The host's side of the contract's imports: QuickBooks calls go through the run's door, log lines
//! into the run's record.

use wasmtime::component::Resource;

use super::attempt::{Company, Ended, State};
use super::bindings::qbo::actions::{log, quickbooks, types};
use super::limits::{Exhausted, HISTORY_BYTES_MAX};
use crate::action::Verb;
use crate::effects::{Door, Stop};
use crate::runs::history::{Call, Fault, Reply};

impl State {
    /// Counts a call and passes it through the door; whatever the guest can't act on unwinds it.
    async fn pass<F>(
        &mut self,
        company: &Resource<Company>,
        call: F,
    ) -> wasmtime::Result<Result<String, quickbooks::Fault>>
    where
        F: AsyncFnOnce(&mut Door) -> Result<Reply, Stop>,
    {
        self.calls += 1;
        if self.calls > self.limits.calls {
            self.ended = Some(Ended::Exhausted(Exhausted::Calls));
            wasmtime::bail!("{}", Exhausted::Calls.sentence());
        }
        self.place.leave();
        let door = &mut self.world.table.get_mut(company)?.door;
        match call(&mut *door).await {
            Ok(_) if door.recorded_bytes() > HISTORY_BYTES_MAX => {
                self.ended = Some(Ended::Exhausted(Exhausted::History));
                wasmtime::bail!("{}", Exhausted::History.sentence())
            }
            Ok(reply) => Ok(reply.map_err(fault)),
            Err(stop) => {
                self.ended = Some(Ended::Stopped(stop));
                wasmtime::bail!("the host ended the attempt")
            }
        }
    }

    async fn call(
        &mut self,
        company: &Resource<Company>,
        call: Call,
    ) -> wasmtime::Result<Result<String, quickbooks::Fault>> {
        self.pass(company, async |door| door.call(call).await).await
    }
}

impl quickbooks::Host for State {}

impl quickbooks::HostCompany for State {
    async fn query(
        &mut self,
        company: Resource<Company>,
        statement: String,
        values: Vec<String>,
    ) -> wasmtime::Result<Result<String, quickbooks::Fault>> {
        self.pass(&company, async |door| door.query(&statement, &values).await).await
    }

    async fn read(
        &mut self,
        company: Resource<Company>,
        entity: String,
        id: String,
    ) -> wasmtime::Result<Result<String, quickbooks::Fault>> {
        self.call(&company, Call { verb: Verb::Read, entity, key: None, text: id }).await
    }

    async fn create(
        &mut self,
        company: Resource<Company>,
        key: String,
        entity: String,
        body: String,
    ) -> wasmtime::Result<Result<String, quickbooks::Fault>> {
        self.call(&company, Call { verb: Verb::Create, entity, key: Some(key), text: body }).await
    }

    async fn update(
        &mut self,
        company: Resource<Company>,
        key: String,
        entity: String,
        body: String,
    ) -> wasmtime::Result<Result<String, quickbooks::Fault>> {
        self.call(&company, Call { verb: Verb::Update, entity, key: Some(key), text: body }).await
    }

    async fn operate(
        &mut self,
        company: Resource<Company>,
        key: String,
        verb: String,
        entity: String,
        body: String,
    ) -> wasmtime::Result<Result<String, quickbooks::Fault>> {
        let verb = match verb.as_str() {
            "send" => Ok(Verb::Send),
            "void" => Ok(Verb::Void),
            "delete" => Ok(Verb::Delete),
            other => Err(Fault::own("bad-name", format!("'{}' is not send, void or delete", other.escape_debug()))),
        };
        let operate = async |door: &mut Door| match verb {
            Ok(verb) => door.call(Call { verb, entity, key: Some(key), text: body }).await,
            Err(fault) => Ok(Err(fault)),
        };
        self.pass(&company, operate).await
    }

    fn drop(&mut self, _company: Resource<Company>) -> wasmtime::Result<()> {
        wasmtime::bail!("a company is only ever lent")
    }
}

impl types::Host for State {}

impl log::Host for State {
    fn write(&mut self, level: log::Level, line: String) -> wasmtime::Result<()> {
        let level = match level {
            log::Level::Debug => "debug",
            log::Level::Info => "info",
            log::Level::Warn => "warn",
            log::Level::Error => "error",
        };
        self.world.log(level, &line);
        Ok(())
    }
}

fn fault(fault: Fault) -> quickbooks::Fault {
    let Fault { code, message, body } = fault;
    quickbooks::Fault { code, message, body }
}
