//! A length of time in words, for a person.

use std::time::Duration;

/// As "2 h", "90 s", "3 d": in the largest unit that tells it to a tenth.
pub fn span(time: Duration) -> String {
    const UNITS: [(&str, f64); 4] = [("d", 86_400.0), ("h", 3_600.0), ("min", 60.0), ("s", 1.0)];
    let seconds = time.as_secs_f64();
    let fits = |(_, size): &&(&str, f64)| seconds >= *size && (*size < 86_400.0 || seconds >= 2.0 * *size);
    let (unit, size) = UNITS.iter().find(fits).unwrap_or(&UNITS[3]);
    let number = format!("{:.1}", seconds / size);
    format!("{} {unit}", number.strip_suffix(".0").unwrap_or(&number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_told_in_the_unit_that_fits() {
        for (seconds, words) in
            [(0, "0 s"), (90, "1.5 min"), (7_200, "2 h"), (86_400, "24 h"), (604_800, "7 d")]
        {
            assert_eq!(span(Duration::from_secs(seconds)), words);
        }
    }
}
