//! Random sequences of calls on the store in memory and the store in a file: every reply is the same,
//! also when the file is closed and opened in between.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use qbo_host::clock::Clock;
use qbo_host::ids::{RunId, SaleKey};
use qbo_host::runs::service_store::{Lent, Message, Query, ServiceStore, Settled};
use qbo_host::runs::store::{Claim, Claimed, Fence, Joined, NewMessage, NewRun, Pause, Release, Store as _};
use qbo_host::runs::{MemoryStore, SqliteOptions, SqliteStore, Status};

use super::{moved, values};

const SEQUENCES: usize = 500;
const SIDE_BY_SIDE: usize = 8;
const CALLS: usize = 60;
const EVENTS: u64 = 14;

#[tokio::test(flavor = "multi_thread")]
async fn both_stores_answer_every_sequence_of_calls_alike() {
    let folder = tempfile::tempdir().expect("a folder");
    // Each of them waits for the disk most of the time.
    let side_by_side = (0..SIDE_BY_SIDE).map(|first| {
        let folder = folder.path().to_owned();
        tokio::spawn(async move {
            for seed in (first..SEQUENCES).step_by(SIDE_BY_SIDE) {
                sequence(u64::try_from(seed).expect("a few"), folder.join(format!("{seed}.db"))).await;
            }
        })
    });
    for sequences in side_by_side.collect::<Vec<_>>() {
        sequences.await.expect("every reply is the same");
    }
}

async fn sequence(seed: u64, file: PathBuf) {
    let mut twins = Twins::new(seed, file.clone());
    for call in 0..CALLS {
        twins.call(call).await;
    }
    twins.compare_everything().await;
    assert_eq!(SqliteStore::check(&file).expect("a store"), [], "seed {seed}");
}

/// The two stores on one clock, and who believes to hold what.
struct Twins {
    seed: u64,
    dice: u64,
    clock: Clock,
    file: PathBuf,
    memory: MemoryStore,
    sqlite: Option<SqliteStore>,
    /// Every attempt there ever was, with the number of calls it knows of.
    attempts: Vec<(Fence, usize, Option<u64>)>,
    /// Every message that was ever lent, by each of the two.
    lent: Vec<(Message, Message)>,
    company_max: usize,
    said: Vec<String>,
}

impl Twins {
    fn new(seed: u64, file: PathBuf) -> Self {
        let clock = moved::clock();
        let mut twins = Self {
            seed,
            dice: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1,
            memory: MemoryStore::new(clock.clone()),
            sqlite: None,
            clock,
            file,
            attempts: Vec::new(),
            lent: Vec::new(),
            company_max: 1,
            said: Vec::new(),
        };
        twins.company_max = twins.less_than(3) + 1;
        twins.open();
        twins
    }

    fn open(&mut self) {
        self.sqlite = None;
        let store = SqliteStore::open(&self.file, self.clock.clone(), SqliteOptions::default());
        self.sqlite = Some(store.expect("a store"));
    }

    fn sqlite(&self) -> &SqliteStore {
        self.sqlite.as_ref().expect("it is open")
    }

    fn roll(&mut self) -> u64 {
        // Xorshift: the same on every machine.
        self.dice ^= self.dice << 13;
        self.dice ^= self.dice >> 7;
        self.dice ^= self.dice << 17;
        self.dice.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32
    }

    fn less_than(&mut self, sides: usize) -> usize {
        usize::try_from(self.roll()).expect("32 bits") % sides
    }

    fn one_in(&mut self, sides: usize) -> bool {
        self.less_than(sides) == 0
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn new_run(&mut self) -> NewRun {
        let event = self.roll() % EVENTS;
        let at = self.now();
        let mut run =
            values::new_run(&format!("company-{}", event % 3), &format!("deal:{}", event % 5), &event.to_string(), at);
        run.join = self.one_in(4);
        if self.one_in(5) {
            Arc::make_mut(&mut run.enrollment).reference = Some("second".into());
        }
        run.digest = values::component(u8::try_from(event % 2).expect("a bit"));
        if event % 7 == 6 {
            run.sale = None;
        }
        run
    }

    fn some_run(&mut self) -> RunId {
        self.new_run().id
    }

    fn some_attempt(&mut self) -> Option<(Fence, usize, Option<u64>)> {
        // The latest ones are likelier to hold still.
        let recent = self.attempts.len().min(6);
        let at = match recent {
            0 => return None,
            recent if !self.one_in(8) => self.attempts.len() - 1 - self.less_than(recent),
            _ => self.less_than(self.attempts.len()),
        };
        Some(self.attempts[at])
    }

    fn same<T: Debug, U: Debug>(&mut self, what: &str, memory: &T, sqlite: &U) {
        let (memory, sqlite) = (format!("{memory:?}"), format!("{sqlite:?}"));
        let said = self.said.join("\n");
        assert!(memory == sqlite, "seed {}, {what}:\n memory {memory}\n sqlite {sqlite}\nafter\n{said}", self.seed);
        self.said.push(format!("{what}: {}", memory.chars().take(160).collect::<String>()));
    }

    fn hold(&mut self, claim: &Claim) {
        let taken = claim.sale.as_ref().map(|sale| sale.taken);
        self.attempts.push((claim.fence, claim.history.records.len(), taken));
    }

    async fn call(&mut self, number: usize) {
        match self.less_than(21) {
            0..4 => self.enqueue().await,
            4..7 => self.claim().await,
            7 => self.claim_run().await,
            8..10 => self.begin_write(number).await,
            10..12 => self.end_write().await,
            12 => self.release().await,
            13..15 => self.finish().await,
            15 => self.decide().await,
            16 => self.messages().await,
            17 => self.ask().await,
            18 => self.hold_on().await,
            19 => self.join_sales().await,
            _ => self.time_passes(),
        }
    }

    async fn enqueue(&mut self) {
        let run = self.new_run();
        let memory = self.memory.enqueue(run.clone()).await;
        let sqlite = self.sqlite().enqueue(run).await;
        self.same("enqueue", &memory, &sqlite);
    }

    async fn claim(&mut self) {
        let most = self.less_than(6);
        if self.one_in(10) {
            self.company_max = self.less_than(3) + 1;
        }
        let memory = self.memory.claim(most, self.company_max).await.expect("claims");
        let sqlite = self.sqlite().claim(most, self.company_max).await.expect("claims");
        self.same(&format!("claim {most} of {}", self.company_max), &memory.claims, &sqlite.claims);
        for claim in &memory.claims {
            self.hold(claim);
        }
    }

    async fn claim_run(&mut self) {
        let run = self.some_run();
        let memory = self.memory.claim_run(run).await.expect("an answer");
        let sqlite = self.sqlite().claim_run(run).await;
        self.same("claim_run", &Ok::<_, ()>(&memory), &sqlite);
        if let Claimed::Held(claim) = memory {
            self.hold(&claim);
        }
    }

    async fn begin_write(&mut self, number: usize) {
        let Some((fence, calls, taken)) = self.some_attempt() else { return };
        let reads = ["one", "two", "three"];
        let learned = values::learned(&reads[..self.less_than(4)]);
        let intent = values::intent(fence.run, &format!("key-{}", number % 3), self.now());
        let taken = taken.filter(|_| !number.is_multiple_of(3));
        let position = calls + learned.records.len();
        let memory = self.memory.begin_write(fence, learned.clone(), Arc::clone(&intent), taken).await;
        let sqlite = self.sqlite().begin_write(fence, learned, intent, taken).await;
        self.same("begin_write", &memory, &sqlite);
        if let Some(attempt) = self.attempts.iter_mut().find(|(held, ..)| *held == fence) {
            attempt.1 = position + 1;
        }
    }

    /// Another object is found beside that of a run.
    async fn join_sales(&mut self) {
        let Some((fence, ..)) = self.some_attempt() else { return };
        let company = format!("company-{}", self.less_than(3));
        let others: Vec<_> = ["deal:1", "deal:2", "deal:3", "quote:1", "quote:2", "payment:1"]
            .into_iter()
            .filter(|_| self.one_in(4))
            .map(|object| SaleKey::of(&values::event(&company, "any"), &object.parse().expect("an object")))
            .collect();
        let memory = self.memory.join_sales(fence, others.clone()).await;
        let sqlite = self.sqlite().join_sales(fence, others.clone()).await;
        self.same(&format!("join {others:?}"), &memory, &sqlite);
        let Ok(Joined::Yes(Some(sale))) = memory else { return };
        if let Some(attempt) = self.attempts.iter_mut().find(|(held, ..)| *held == fence) {
            attempt.2 = Some(sale.taken);
        }
    }

    async fn end_write(&mut self) {
        let Some((fence, calls, _)) = self.some_attempt() else { return };
        let reply = if self.one_in(3) { moved::rejected() } else { moved::accepted() };
        let (position, took) = (calls.saturating_sub(1), Duration::from_millis(self.roll() % 900));
        let memory = self.memory.end_write(fence, position, reply.clone(), took).await;
        let sqlite = self.sqlite().end_write(fence, position, reply, took).await;
        self.same("end_write", &memory, &sqlite);
    }

    async fn release(&mut self) {
        let Some((fence, ..)) = self.some_attempt() else { return };
        let pause = Duration::from_secs(self.roll() % 40);
        let pause = match self.less_than(4) {
            0 => Pause::Run(pause),
            1 => Pause::Sale(self.some_run()),
            _ => Pause::Company { pause, failing: self.one_in(2) },
        };
        let release = Release {
            record: values::record(fence.run, Status::Waiting, "throttled"),
            pause,
            cpu_exhausted: self.one_in(4),
            asked: self.one_in(4),
        };
        let memory = self.memory.release(fence, release.clone()).await;
        let sqlite = self.sqlite().release(fence, release).await;
        self.same(&format!("release {pause:?}"), &memory, &sqlite);
    }

    async fn finish(&mut self) {
        let Some((fence, ..)) = self.some_attempt() else { return };
        let statuses = [Status::Succeeded, Status::Held, Status::Refused, Status::Cancelled, Status::Previewed];
        let end = values::record(fence.run, statuses[self.less_than(5)], "over");
        let messages = ["callback", "association"].map(|kind| NewMessage { kind: kind.into(), body: "{}".into() });
        let messages = messages[..self.less_than(3)].to_vec();
        let learned = values::learned(&["last"]);
        let memory = self.memory.finish(fence, learned.clone(), Arc::clone(&end), messages.clone()).await;
        let sqlite = self.sqlite().finish(fence, learned, end, messages).await;
        self.same("finish", &memory, &sqlite);
    }

    /// What a person does.
    async fn decide(&mut self) {
        let run = self.some_run();
        let digest = values::component(2);
        let (memory, sqlite) = match self.less_than(4) {
            0 => (self.memory.resume(run, Some(digest), "a").await, self.sqlite().resume(run, Some(digest), "a").await),
            1 => (self.memory.resume(run, None, "b").await, self.sqlite().resume(run, None, "b").await),
            2 => {
                let epoch = self.less_than(4) as u64;
                let memory = self.memory.restart(run, epoch, digest, "c").await;
                (memory, self.sqlite().restart(run, epoch, digest, "c").await)
            }
            _ => (self.memory.cancel(run, "d").await, self.sqlite().cancel(run, "d").await),
        };
        self.same("decide", &memory, &sqlite);
    }

    async fn messages(&mut self) {
        let most = self.less_than(4);
        let memory = self.memory.messages(most).await.expect("an answer");
        let sqlite = self.sqlite().messages(most).await.expect("an answer");
        // Each store tells its lendings by its own clock.
        let told = |message: &Message| Message { lent: Lent::default(), ..message.clone() };
        let alike = |messages: &[Message]| messages.iter().map(told).collect::<Vec<_>>();
        self.same("messages", &alike(&memory), &alike(&sqlite));
        self.lent.extend(memory.into_iter().zip(sqlite));
        if self.lent.is_empty() {
            return;
        }
        let settled = match self.less_than(3) {
            0 => Settled::Taken,
            1 => Settled::Refused { code: "hubspot_object_gone".into(), why: "gone".into() },
            _ => Settled::Again(Duration::from_secs(20)),
        };
        let one = self.less_than(self.lent.len());
        let (of_memory, of_sqlite) = self.lent[one].clone();
        let memory = self.memory.settle_message(&of_memory, settled.clone()).await;
        let sqlite = self.sqlite().settle_message(&of_sqlite, settled).await;
        self.same("settle", &memory, &sqlite);
    }

    async fn ask(&mut self) {
        let mut query = Query { most: 5, ..Query::default() };
        match self.less_than(6) {
            0 => query.company = Some("company-1".into()),
            1 => query.object = Some("deal:2".into()),
            2 => query.status = Some(Status::Held),
            3 => query.status = Some(Status::Succeeded),
            4 => query.event = Some("3".into()),
            _ => query.before = Some(self.some_run()),
        }
        let memory = self.memory.runs(&query).await;
        let sqlite = self.sqlite().runs(&query).await;
        self.same("runs", &memory, &sqlite);
        let digest = values::component(1);
        self.memory.put_component(digest, Arc::from(&b"wasm"[..])).await.expect("room");
        self.sqlite().put_component(digest, Arc::from(&b"wasm"[..])).await.expect("room");
        if self.one_in(2) {
            self.memory.forget_components(&BTreeSet::new()).await.expect("an answer");
            self.sqlite().forget_components(&BTreeSet::new()).await.expect("an answer");
        }
        let memory = (self.memory.component(digest).await, self.memory.components_needed().await);
        let sqlite = (self.sqlite().component(digest).await, self.sqlite().components_needed().await);
        self.same("components", &memory, &sqlite);
    }

    /// What keeps attempts alive, gives them back, or takes them over.
    async fn hold_on(&mut self) {
        let Some((fence, ..)) = self.some_attempt() else { return };
        match self.less_than(4) {
            0 => {
                let memory = self.memory.give_back(fence).await;
                let sqlite = self.sqlite().give_back(fence).await;
                self.same("give_back", &memory, &sqlite);
            }
            1 => {
                let polled = [self.some_run(), fence.run];
                self.open();
                self.memory.take_over(&polled).await.expect("an answer");
                self.sqlite().take_over(&polled).await.expect("an answer");
                self.said.push("take_over".into());
            }
            2 => self.open(),
            _ => {
                self.memory.renew(&[fence]).await.expect("an answer");
                self.sqlite().renew(&[fence]).await.expect("an answer");
                self.said.push(format!("renew {fence:?}"));
            }
        }
    }

    fn time_passes(&mut self) {
        let times = [1, 900, 15_000, 30_001, 61_000];
        let time = Duration::from_millis(times[self.less_than(times.len())]);
        moved::pass(&self.clock, time);
        self.said.push(format!("{time:?} pass"));
    }

    async fn compare_everything(&mut self) {
        let (memory, sqlite) = (self.memory.counts().await, self.sqlite().counts().await);
        self.same("counts", &memory, &sqlite);
        for event in 0..EVENTS {
            let run = RunId::of(&values::event(&format!("company-{}", event % 3), &event.to_string()));
            let (memory, sqlite) = (self.memory.run(run).await, self.sqlite().run(run).await);
            self.same("run", &memory, &sqlite);
        }
    }
}
