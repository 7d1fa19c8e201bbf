//! What `Debug` shows in the place of secrets.

use http::HeaderMap;

/// What stands in `Debug` for a secret or personal value.
pub(crate) struct Hidden;

impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("•••")
    }
}

/// Headers as `Debug` shows them: by their names alone.
pub(crate) struct Names<'a>(pub &'a HeaderMap);

impl std::fmt::Debug for Names<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
