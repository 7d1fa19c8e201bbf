//! Which deliveries were found to belong together: [`Union`].

/// Union-find over indices.
pub(super) struct Union(Vec<usize>);

impl Union {
    pub fn new(size: usize) -> Self {
        Self((0..size).collect())
    }

    pub fn root(&mut self, mut at: usize) -> usize {
        while self.0[at] != at {
            self.0[at] = self.0[self.0[at]];
            at = self.0[at];
        }
        at
    }

    /// The same without shortening the way to it.
    pub fn root_of(&self, mut at: usize) -> usize {
        while self.0[at] != at {
            at = self.0[at];
        }
        at
    }

    pub fn tie(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        // The smaller index stays root, so that groups never depend on the order of ties.
        self.0[a.max(b)] = a.min(b);
    }
}
