//! The four answers: where is it, what comes next, when will it arrive, is anything wrong and who must act.
