//! Connections that only read, each of which sees the last commit. None of them makes the writer
//! wait.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::file::connect_to_read;
use super::tables::Tables;
use crate::runs::store::Unavailable;

/// People look at few things at once, and each connection keeps up to 2 MiB of pages.
const READERS_MAX: usize = 4;

/// Reads of one file.
pub(super) struct Readers {
    idle: Arc<Idle>,
    room: Semaphore,
}

struct Idle {
    file: PathBuf,
    connections: Mutex<Vec<Connection>>,
}

impl Readers {
    pub(super) fn of(file: PathBuf) -> Self {
        Self { idle: Arc::new(Idle { file, connections: Mutex::default() }), room: Semaphore::new(READERS_MAX) }
    }

    /// What `read` finds, outside of the tasks that must not wait for a disk.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Tables<'_>) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Unavailable> {
        let _room = self.room.acquire().await.map_err(|error| Unavailable(error.to_string()))?;
        let idle = Arc::clone(&self.idle);
        let read = tokio::task::spawn_blocking(move || idle.read(read)).await;
        let read = read.map_err(|error| Unavailable(error.to_string()))?;
        read.map_err(|error| Unavailable(error.to_string()))
    }
}

impl Idle {
    fn read<T>(&self, read: impl FnOnce(&Tables<'_>) -> rusqlite::Result<T>) -> rusqlite::Result<T> {
        let idle = self.connections.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut connection = match idle {
            Some(connection) => connection,
            None => connect_to_read(&self.file)?,
        };
        // One view of all tables, however many statements it takes.
        let transaction = connection.transaction()?;
        let found = read(&Tables(&transaction))?;
        transaction.finish()?;
        self.connections.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        Ok(found)
    }
}
