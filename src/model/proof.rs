//! How much a delivery proves of who speaks: [`Proof`].

use super::words::words;

words! {
    /// How much a delivery proves of who speaks. Each proves what the ones before it do, and more.
    ///
    /// It decides what a delivery may say about numbers other than its own: see
    /// [`Journeys`](crate::journey::Journeys).
    Proof {
        /// Nothing: whoever knows the address may say anything.
        Nothing = "nothing",
        /// That the caller knows a secret, which travels with the call. Neither the body nor the
        /// time.
        Credential = "credential",
        /// That the caller knows a secret and that the body is unchanged. Not the time: a copy
        /// verifies again.
        Signature = "signature",
        /// The time too: what is older than the scheme's window is refused.
        TimedSignature = "timed_signature",
        /// The carrier's own answer to a question that we asked over TLS.
        Answer = "answer",
        /// The application's own data.
        Own = "own",
    }
}

impl Proof {
    /// Whether the delivery is known to come from the party whose feed it is.
    #[must_use]
    pub const fn is_proven(self) -> bool {
        !matches!(self, Self::Nothing)
    }
}
