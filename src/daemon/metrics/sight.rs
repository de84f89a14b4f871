//! What can be seen of the house when `/metrics` is asked for: nothing is counted for it, nothing waited for.

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, MetricEncoder};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;

use crate::daemon::health::Health;
use crate::serve::shelf::Shelf;

type Written = Result<(), std::fmt::Error>;

/// What is looked at.
#[derive(Debug)]
pub struct Sight {
    /// How the tasks stand, and how much there is.
    pub health: Health,
    /// The editions, and the answers.
    pub shelf: Shelf,
}

impl Collector for Sight {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Written {
        let mut board = Board(&mut encoder);
        self.stored(&mut board)?;
        self.polling(&mut board)?;
        self.parts(&mut board)?;
        self.editions(&mut board)?;
        self.answers(&mut board)
    }
}

impl Sight {
    fn stored(&self, board: &mut Board<'_, '_>) -> Written {
        let survey = self.health.survey();
        board.gauge("entries", "Entries that are not withdrawn", survey.entries)?;
        board.gauge("stories", "Stories that they tell", survey.stories)?;
        board.gauge("entries_folded", "Entries that tell no story of their own", survey.folded())?;
        board.gauge("set_aside", "Files of the folder that are not in", survey.set_aside)?;
        board.gauge("store_size_bytes", "Size of the database file", survey.size_bytes)?;
        let mut feeds = board.family("feeds", "Followed feeds, by state", MetricType::Gauge)?;
        for (state, count) in &survey.feeds {
            ConstGauge::new(*count).encode(feeds.encode_family(&[("state", *state)])?)?;
        }
        Ok(())
    }

    fn polling(&self, board: &mut Board<'_, '_>) -> Written {
        let polling = self.health.polling();
        board.gauge("feeds_waiting", "Feeds that wait for their next poll", polling.waiting() as u64)?;
        board.gauge("polls_under_way", "Requests on their way", polling.under_way() as u64)?;
        let help = "How long the next poll is overdue; 0: it is not";
        let lag = ConstGauge::new(self.health.lag_seconds());
        lag.encode(board.family("next_poll_lag_seconds", help, MetricType::Gauge)?)?;
        let mut queues = board.family("queue_depth", "What waits, by queue", MetricType::Gauge)?;
        for (queue, depth) in self.health.queues() {
            ConstGauge::new(depth as u64).encode(queues.encode_family(&[("queue", queue)])?)?;
        }
        Ok(())
    }

    fn parts(&self, board: &mut Board<'_, '_>) -> Written {
        let help = "1: this part does its work, as /readyz says";
        let mut parts = board.family("ready", help, MetricType::Gauge)?;
        for part in self.health.parts() {
            ConstGauge::new(u64::from(part.ready)).encode(parts.encode_family(&[("part", part.name)])?)?;
        }
        let help = "1: the config file is faulty, and the one before holds";
        board.gauge("config_refused", help, u64::from(self.health.refusal().is_some()))
    }

    fn editions(&self, board: &mut Board<'_, '_>) -> Written {
        let made = ConstCounter::new(self.shelf.editions_made());
        made.encode(board.family("editions_made", "Editions that were made", MetricType::Counter)?)?;
        let help = "Size of each edition, not compressed";
        let mut sizes = board.family("edition_size_bytes", help, MetricType::Gauge)?;
        for (path, bytes) in self.shelf.sizes() {
            let path = path.trim_start_matches('/');
            let (river, format) = path.rsplit_once('.').unwrap_or((path, "html"));
            let labels = [("river", river), ("format", format)];
            ConstGauge::new(bytes as u64).encode(sizes.encode_family(&labels)?)?;
        }
        Ok(())
    }

    fn answers(&self, board: &mut Board<'_, '_>) -> Written {
        let help = "Answers, by river and status; (page): other pages; (other): what is not there; status 0: another one";
        let mut answers = board.family("requests", help, MetricType::Counter)?;
        for (river, status, count) in self.shelf.answers() {
            let labels = [("river", river), ("status", status.to_string())];
            ConstCounter::new(count).encode(answers.encode_family(&labels)?)?;
        }
        Ok(())
    }
}

/// Where metrics are written one after the other.
struct Board<'a, 'b>(&'a mut DescriptorEncoder<'b>);

impl Board<'_, '_> {
    fn family(
        &mut self,
        name: &'static str,
        help: &str,
        kind: MetricType,
    ) -> Result<MetricEncoder<'_>, std::fmt::Error> {
        self.0.encode_descriptor(name, help, None, kind)
    }

    fn gauge(&mut self, name: &'static str, help: &str, value: u64) -> Written {
        ConstGauge::new(value).encode(self.family(name, help, MetricType::Gauge)?)
    }
}
