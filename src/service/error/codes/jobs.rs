//! Jobs.

use super::{Code, Kind};

codes! {
    CANNOT_BE_CANCELLED = "job.cannot_be_cancelled", Conflict,
        "这项任务已经结束，或已开始而不能中途停止。",
        "The job has ended, or has begun and cannot be stopped half-way.";
}
