//! Two sides measured in turns, and their ratio.
//!
//! A machine is faster at one time than at another: it has other things to do, it warms up, it is
//! throttled. So the sides take turns, each ratio is that of one round, and what is reported is the median of the ratios, with the quartiles to tell how far they scatter.

use std::fmt;
use std::io;

use serde::{Deserialize, Serialize};

/// The middle of several measurements, and the middle half of them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// Half of them are below.
    pub median: f64,
    /// A quarter of them is below.
    pub low: f64,
    /// A quarter of them is above.
    pub high: f64,
}

impl Spread {
    /// Of these numbers, of which there is one at least.
    pub fn of(mut numbers: Vec<f64>) -> Spread {
        numbers.sort_by(f64::total_cmp);
        let last = numbers.len() - 1;
        Spread {
            median: numbers[last.div_ceil(2)],
            low: numbers[last / 4],
            high: numbers[last - last / 4],
        }
    }
}

/// One side of a comparison: its name, and what measures it once.
pub struct Side<'a> {
    name: String,
    measure: Box<dyn FnMut() -> io::Result<f64> + 'a>,
}

impl<'a> Side<'a> {
    /// A side that `measure` measures.
    pub fn new(name: impl Into<String>, mut measure: impl FnMut() -> f64 + 'a) -> Side<'a> {
        Side::trying(name, move || Ok(measure()))
    }

    /// The same, where it may not be possible.
    pub fn trying(
        name: impl Into<String>,
        measure: impl FnMut() -> io::Result<f64> + 'a,
    ) -> Side<'a> {
        Side {
            name: name.into(),
            measure: Box::new(measure),
        }
    }
}

impl fmt::Debug for Side<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Side")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// What came out for one side.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Measured {
    /// Its name.
    pub name: String,
    /// What was measured.
    pub value: Spread,
    /// That of the first side, which is ours, in numbers of this: `ours / this`.
    pub ratio: Spread,
}

/// Measures the sides in turns, `rounds` times each; the first is ours.
///
/// # Errors
///
/// The first that a side has.
pub fn in_turns(rounds: usize, mut sides: Vec<Side<'_>>) -> io::Result<Vec<Measured>> {
    let mut values = vec![Vec::with_capacity(rounds); sides.len()];
    for round in 0..rounds {
        // Each begins as often as the others: who is first may find the caches cold.
        for turn in 0..sides.len() {
            let side = (round + turn) % sides.len();
            values[side].push((sides[side].measure)()?);
        }
    }
    let ratios = |other: &Vec<f64>| {
        let pairs = values[0].iter().zip(other);
        Spread::of(pairs.map(|(ours, other)| ours / other).collect())
    };
    let measured = sides
        .into_iter()
        .zip(&values)
        .map(|(side, values)| Measured {
            name: side.name,
            value: Spread::of(values.clone()),
            ratio: ratios(values),
        });
    Ok(measured.collect())
}
