#pragma once

#include "llm/ledger.hpp"

#include <insightflow/core/id_source.hpp>
#include <insightflow/core/rng.hpp>
#include <insightflow/llm/gateway.hpp>

#include <map>

/// How the policies are made; each stands in a file of its own.
namespace insightflow::llm {

/// A policy around another client.
class Decorator : public Client {
 public:
  Decorator(Policy policy, std::unique_ptr<Client> inner)
      : policy_(policy), inner_(std::move(inner)) {}

  Policy policy() const { return policy_; }
  /// The client behind; of several the first.
  virtual const Client* behind() const { return inner_.get(); }

 protected:
  Client& inner() { return *inner_; }

 private:
  Policy policy_;
  std::unique_ptr<Client> inner_;
};

/// One model of the settings with what is known of it while the process runs.
struct Deployment {
  const Model* model;
  const Provider* provider;
  std::unique_ptr<Breaker> breaker;
  RateGate* gate = nullptr;  ///< Of the provider; null without a limit.
  Client* client = nullptr;  ///< Of the provider.
};

/// What policies share. All of it outlives them.
struct Shared {
  const Settings& settings;
  const Clock& clock;
  const Sleep& sleep;
  const Moderation& moderation;
  const Observer& observer;
  Ledger& ledger;
  IdSource& ids;
  std::vector<Deployment>& deployments;
  Embedder* embedder = nullptr;
  std::uint64_t seed = 1;
};

std::unique_ptr<Client> make_redaction(std::unique_ptr<Client> inner, const Shared& shared);
std::unique_ptr<Client> make_moderation(std::unique_ptr<Client> inner, const Shared& shared);
std::unique_ptr<Client> make_exact_cache(std::unique_ptr<Client> inner, const Shared& shared);
std::unique_ptr<Client> make_semantic_cache(std::unique_ptr<Client> inner, const Shared& shared);
std::unique_ptr<Client> make_router(std::unique_ptr<Client> inner, const Shared& shared);
std::unique_ptr<Client> make_fallback(std::map<std::string, std::unique_ptr<Client>> chains,
                                      const Shared& shared);
std::unique_ptr<Client> make_breaker(std::unique_ptr<Client> inner, const Shared& shared,
                                     const Deployment& deployment);
std::unique_ptr<Client> make_budget(std::unique_ptr<Client> inner, const Shared& shared,
                                    const Deployment& deployment);
std::unique_ptr<Client> make_retry(std::unique_ptr<Client> inner, const Shared& shared,
                                   const Deployment& deployment);
std::unique_ptr<Client> make_rate_limit(std::unique_ptr<Client> inner, const Shared& shared,
                                        const Deployment& deployment);

/// Puts them all together in the order of `policy_order`: the only place that does.
std::unique_ptr<Client> compose(const Shared& shared);

/// The choice itself, as a pure function. `resting` says by name whether a model rests.
Decision choose(const Settings& settings, const Request& request,
                const std::vector<Figures>& figures,
                const std::function<bool(std::string_view)>& resting);

/// The key of a request in the exact cache: of what is asked, not of who answers.
std::string cache_key(const Request& request);

/// Remembers whether any text came through.
class Watched {
 public:
  explicit Watched(const OnText& on_text) : on_text_(on_text) {
    if (on_text_)
      own_ = [this](std::string_view text) {
        bytes_ += text.size();
        on_text_(text);
      };
  }
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;

  const OnText& on_text() const { return own_; }
  bool started() const { return bytes_ > 0; }
  std::size_t bytes() const { return bytes_; }

 private:
  const OnText& on_text_;
  OnText own_;
  std::size_t bytes_ = 0;
};

}  // namespace insightflow::llm
