#include <insightflow/analysis/drivers.hpp>
#include <insightflow/analysis/personas.hpp>
#include <insightflow/core/rng.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using namespace insightflow;
using namespace insightflow::analysis;

namespace {

const double not_known = std::numeric_limits<double>::quiet_NaN();

bool near(double a, double b, double tolerance) {
  return std::fabs(a - b) <= tolerance;
}

double correlation(const std::vector<double>& x, const std::vector<double>& y) {
  double mx = 0, my = 0, xx = 0, yy = 0, xy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) mx += x[i], my += y[i];
  mx /= double(x.size()), my /= double(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += (x[i] - mx) * (x[i] - mx);
    yy += (y[i] - my) * (y[i] - my);
    xy += (x[i] - mx) * (y[i] - my);
  }
  return xy / std::sqrt(xx * yy);
}

/// A rating that depends strongly on `a`, a little on `b`, which goes with `a`, and not on `c`.
struct Sample {
  std::vector<double> rating, a, b, c;
  explicit Sample(int size, std::uint64_t seed = 5) {
    Rng rng(seed);
    for (int i = 0; i < size; ++i) {
      a.push_back(double(rng.below(2)));
      b.push_back(rng.uniform() * 4 + a.back());
      c.push_back(rng.uniform() * 10);
      rating.push_back(5 - 3 * a.back() + 0.3 * b.back() + rng.uniform() * 2);
    }
  }
  std::vector<Predictor> predictors() const {
    return {{"a", "A", a}, {"b", "B", b}, {"c", "C", c}};
  }
};

const Driver& driver(const DriverModel& model, std::string_view id) {
  for (const Driver& one : model.drivers)
    if (one.id == id) return one;
  FAIL("no such driver");
  return model.drivers.front();
}

}  // namespace

TEST_CASE("with two predictors relative weights are those of Lindeman, Merenda & Gold") {
  // For two predictors Johnson's weights equal the mean over both orders of entry: each gets half
  // of (its squared correlation + what it adds to the other), as Johnson 2000 shows.
  const Sample sample(400);
  const Predictor two[] = {{"a", "A", sample.a}, {"b", "B", sample.b}};
  const auto got = find_drivers(sample.rating, two, {}).value();
  const double ra = correlation(sample.a, sample.rating), rb = correlation(sample.b, sample.rating),
               rab = correlation(sample.a, sample.b);
  const double r2 = (ra * ra + rb * rb - 2 * ra * rb * rab) / (1 - rab * rab);
  CHECK(near(got.r_squared, r2, 1e-10));
  CHECK(near(driver(got, "a").weight * r2, (ra * ra + r2 - rb * rb) / 2, 1e-9));
  CHECK(near(driver(got, "b").weight * r2, (rb * rb + r2 - ra * ra) / 2, 1e-9));
  // The slope on a choice that is there or not is the difference of the means.
  double sums[2] = {}, sizes[2] = {};
  for (std::size_t i = 0; i < sample.a.size(); ++i) {
    sums[sample.a[i] > 0] += sample.rating[i];
    ++sizes[sample.a[i] > 0];
  }
  CHECK(near(driver(got, "a").effect, sums[1] / sizes[1] - sums[0] / sizes[0], 1e-9));
}

TEST_CASE("drivers: the strong one first, the idle one not told from chance, repeats share") {
  const Sample sample(400);
  const auto got = find_drivers(sample.rating, sample.predictors(), {}).value();
  CHECK(got.abstained.empty());
  REQUIRE(got.drivers.size() == 3);
  CHECK(got.drivers[0].id == "a");
  CHECK(got.drivers[0].told_from_chance);
  CHECK(got.drivers[0].effect < -2);
  CHECK(got.drivers[0].weight_interval.low < got.drivers[0].weight);
  CHECK(got.drivers[0].weight_interval.high > got.drivers[0].weight);
  CHECK(!driver(got, "c").told_from_chance);
  double sum = 0;
  for (const Driver& one : got.drivers) sum += one.weight;
  CHECK(near(sum, 1, 1e-9));
  // Twice the same column: no failure, the same R², half the weight each.
  auto twice = sample.predictors();
  twice.push_back({"again", "A again", sample.a});
  const auto shared = find_drivers(sample.rating, twice, {}).value();
  CHECK(near(shared.r_squared, got.r_squared, 1e-9));
  CHECK(near(driver(shared, "a").weight, driver(shared, "again").weight, 1e-9));
  // The same seed, the same bytes; weights of 1 change nothing.
  CHECK(find_drivers(sample.rating, sample.predictors(), {}).value() == got);
  const std::vector<double> ones(400, 1);
  CHECK(find_drivers(sample.rating, sample.predictors(), ones).value() == got);
}

TEST_CASE("an idle predictor is rarely told from chance") {
  int told = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const Sample sample(150, seed + 100);
    DriverOptions options;
    options.seed = seed;
    told += driver(find_drivers(sample.rating, sample.predictors(), {}, options).value(), "c")
                .told_from_chance;
  }
  CHECK(told <= 4);
}

TEST_CASE("drivers abstain rather than guess") {
  const Sample small(49), sample(60);
  CHECK(find_drivers(small.rating, small.predictors(), {})
            .value()
            .abstained.starts_with("Only 49 ratings"));
  const std::vector<double> flat(60, 4), unknown(60, not_known);
  CHECK(!find_drivers(flat, sample.predictors(), {}).value().abstained.empty());
  CHECK(find_drivers(unknown, sample.predictors(), {}).value().base == 0);
  const Predictor idle[] = {{"x", "X", flat}, {"y", "Y", unknown}};
  CHECK(!find_drivers(sample.rating, idle, {}).value().abstained.empty());
  CHECK(!find_drivers(sample.rating, {}, {}).value().abstained.empty());
  const std::vector<double> two{1, 2};
  const Predictor shorter[] = {{"x", "X", two}};
  CHECK(find_drivers(sample.rating, shorter, {}).error().reason == "driver_sample_mismatch");
  // Sixty ratings carry six predictors, not ten.
  std::vector<Sample> samples;
  for (unsigned i = 0; i < 10; ++i) samples.emplace_back(60, 50 + i);
  std::vector<Predictor> many;
  for (const Sample& one : samples) many.push_back({std::to_string(many.size()), "", one.c});
  CHECK(find_drivers(sample.rating, many, {}).value().drivers.size() == 6);
}

TEST_CASE("personas: groups that are there are found, with what sets them apart") {
  Rng rng(1);
  std::vector<Feature> features{{"score", "Score", FeatureKind::number, {}, {}},
                                {"plan", "Plan", FeatureKind::category, {}, {"free", "team"}},
                                {"t1", "Price", FeatureKind::presence, {}, {}},
                                {"speed", "Speed", FeatureKind::number, {}, {}}};
  std::vector<std::int32_t> truth;
  for (int i = 0; i < 1000; ++i) {
    const bool unhappy = rng.below(10) < 3;
    truth.push_back(unhappy);
    features[0].values.push_back(double(unhappy ? rng.below(4) : 7 + rng.below(4)));
    features[1].values.push_back(rng.below(10) < 9 ? !unhappy : unhappy);
    features[2].values.push_back(rng.below(10) < (unhappy ? 8u : 1u));
    features[3].values.push_back(double(unhappy ? 1 + rng.below(3) : 3 + rng.below(3)));
  }
  const auto got = find_personas(features).value();
  CHECK(got.abstained.empty());
  REQUIRE(got.personas.size() == 2);
  CHECK(got.silhouette > 0.25);
  CHECK(got.personas[0].size > got.personas[1].size);
  CHECK(got.personas[0].size + got.personas[1].size == got.base);
  CHECK(got.personas[1].interval.low < 0.3);
  CHECK(got.personas[1].interval.high > 0.25);
  int right = 0;
  for (std::size_t i = 0; i < truth.size(); ++i) right += got.of_respondent[i] == truth[i];
  CHECK(right > 950);
  REQUIRE(!got.personas[1].traits.empty());
  CHECK(got.personas[1].traits.front().here != got.personas[1].traits.front().elsewhere);
  CHECK(find_personas(features).value().of_respondent == got.of_respondent);
}

TEST_CASE("personas abstain on small bases, on noise, and where too little is known") {
  Rng rng(2);
  std::vector<Feature> noise;
  for (int f = 0; f < 6; ++f) {
    noise.push_back({std::to_string(f), "", FeatureKind::number, {}, {}});
    for (int i = 0; i < 300; ++i) noise.back().values.push_back(rng.uniform());
  }
  const auto none = find_personas(noise).value();
  CHECK(none.personas.empty());
  CHECK(!none.abstained.empty());
  // Two or three questions that have nothing to do with each other always look like groups.
  CHECK(find_personas(std::span(noise).first(2)).value().personas.empty());
  CHECK(find_personas(std::span(noise).first(3)).value().personas.empty());
  std::vector<Feature> closed(noise.begin(), noise.begin() + 2);
  closed.push_back({"plan", "Plan", FeatureKind::category, {}, {"a", "b", "c"}});
  for (int i = 0; i < 300; ++i) closed.back().values.push_back(double(rng.below(3)));
  CHECK(find_personas(closed).value().personas.empty());
  CHECK(find_personas(std::span(closed).last(2))
            .value()
            .abstained.find("\u201cPlan\u201d over again") != std::string::npos);
  CHECK(find_personas(std::span(noise).first(1)).value().personas.empty());
  for (Feature& feature : noise) feature.values.resize(99);
  CHECK(find_personas(noise).value().abstained.starts_with("Only 99"));
  for (Feature& feature : noise) feature.values.assign(500, not_known);
  CHECK(find_personas(noise).value().base == 0);
  noise[2].values.pop_back();
  CHECK(find_personas(noise).error().reason == "persona_sample_mismatch");
  CHECK(find_personas({}).value().personas.empty());
}
