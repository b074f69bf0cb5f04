//! The stores keep what they promise: the one in memory and the one in a file alike, call by call,
//! and the file whatever happens to the disk, the process and the clock.

mod contract;
mod faults;
mod files;
mod model;
mod moved;
mod values;
