//! Photos, videos and documents that prove something, and what is made of them for a dispute.
