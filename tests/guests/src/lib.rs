//! A component that misbehaves.
