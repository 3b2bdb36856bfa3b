//! Rounds and their templates.

mod life;
mod members;
mod templates;
mod years;
