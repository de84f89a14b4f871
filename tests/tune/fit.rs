//! Logistic regression with a ridge, by Newton's method, over several files that share their weights but not their bias.

use riverd::story::signal::list::{COUNT, FORBIDS, Signal, Signals};

use crate::rows::Row;

/// The ridge, against rows that weigh 10,000 together for each unit of a file's weight.
const ROWS: f64 = 10_000.0;
const STEPS: usize = 15;

/// What was learned.
pub struct Fitted {
    /// Per unit of each signal.
    pub weights: Signals,
    /// Of the first file.
    pub bias: f64,
    /// The mean of each signal.
    pub typical: Signals,
}

/// Fits the files, each with its weight. Of `rules` nothing is learned: each forbids.
pub fn fit(files: &[(&[&Row], f64)], ridge: f64, rules: &[Signal]) -> Fitted {
    let (mean, deviation) = moments(files);
    let size = COUNT + files.len();
    let mut beta = vec![0.0; size];
    for _ in 0..STEPS {
        let step = newton(files, &mean, &deviation, &beta, ridge);
        beta.iter_mut().zip(&step).for_each(|(beta, step)| *beta += step);
    }
    let mut weights: Signals = std::array::from_fn(|at| beta[at] / deviation[at]);
    rules.iter().for_each(|rule| weights[*rule as usize] = 0.0);
    let shift: f64 = weights.iter().zip(&mean).map(|(weight, mean)| weight * mean).sum();
    rules.iter().for_each(|rule| weights[*rule as usize] = FORBIDS);
    Fitted { weights, bias: beta[COUNT] - shift, typical: mean }
}

/// The mean and the standard deviation of each signal, the files by their weight.
fn moments(files: &[(&[&Row], f64)]) -> (Signals, Signals) {
    let all: f64 = files.iter().map(|(_, weight)| weight).sum();
    let over = |value: &dyn Fn(&Row, usize) -> f64| -> Signals {
        std::array::from_fn(|at| {
            let of = |(rows, weight): &(&[&Row], f64)| {
                rows.iter().map(|row| value(row, at)).sum::<f64>() * weight / rows.len().max(1) as f64
            };
            files.iter().map(of).sum::<f64>() / all
        })
    };
    let mean = over(&|row, at| row.signals[at]);
    let square = over(&|row, at| (row.signals[at] - mean[at]).powi(2));
    (mean, square.map(|square| square.sqrt().max(1e-6)))
}

fn newton(
    files: &[(&[&Row], f64)],
    mean: &Signals,
    deviation: &Signals,
    beta: &[f64],
    ridge: f64,
) -> Vec<f64> {
    let size = beta.len();
    let (mut slope, mut curve) = (vec![0.0; size], vec![0.0; size * size]);
    for (file, (rows, weight)) in files.iter().enumerate() {
        let each = weight * ROWS / rows.len().max(1) as f64;
        let bias = COUNT + file;
        for row in *rows {
            let x: Signals = std::array::from_fn(|at| (row.signals[at] - mean[at]) / deviation[at]);
            let z = beta[bias] + x.iter().zip(beta).map(|(x, beta)| x * beta).sum::<f64>();
            let p = 1.0 / (1.0 + (-z).exp());
            let error = each * (f64::from(u8::from(row.same)) - p);
            let spread = each * (p * (1.0 - p)).max(1e-5);
            for i in 0..COUNT {
                slope[i] += error * x[i];
                for j in 0..=i {
                    curve[i * size + j] += spread * x[i] * x[j];
                }
                curve[bias * size + i] += spread * x[i];
            }
            slope[bias] += error;
            curve[bias * size + bias] += spread;
        }
    }
    for i in 0..size {
        let ridge = if i < COUNT { ridge } else { 1e-6 };
        curve[i * size + i] += ridge;
        slope[i] -= ridge * beta[i];
        for j in i + 1..size {
            curve[i * size + j] = curve[j * size + i];
        }
    }
    solve(curve, slope)
}

/// Gaussian elimination with pivots.
fn solve(mut a: Vec<f64>, mut b: Vec<f64>) -> Vec<f64> {
    let size = b.len();
    for i in 0..size {
        let pivot = (i..size).max_by(|x, y| a[x * size + i].abs().total_cmp(&a[y * size + i].abs()));
        let pivot = pivot.unwrap_or(i);
        for column in 0..size {
            a.swap(i * size + column, pivot * size + column);
        }
        b.swap(i, pivot);
        for row in i + 1..size {
            let factor = a[row * size + i] / a[i * size + i];
            for column in i..size {
                a[row * size + column] -= factor * a[i * size + column];
            }
            b[row] -= factor * b[i];
        }
    }
    for i in (0..size).rev() {
        let known: f64 = (i + 1..size).map(|column| a[i * size + column] * b[column]).sum();
        b[i] = (b[i] - known) / a[i * size + i];
    }
    b
}
