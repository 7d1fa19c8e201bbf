//! What is wrong with a parcel, since when, and who must act.
