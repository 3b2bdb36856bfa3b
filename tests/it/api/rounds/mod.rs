//! Rounds and their templates.

mod life;
mod templates;
mod years;
