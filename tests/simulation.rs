//! Runs survive what befalls the host, proved on moved time: every single point at which a process can
//! die or stand still, and chance.

mod crash_points;
mod outage;
mod seeds;
