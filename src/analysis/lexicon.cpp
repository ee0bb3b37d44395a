#include "analysis/lexicon.hpp"

#include "analysis/hash.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <vector>

namespace insightflow::analysis {

namespace {

struct Group {
  int strength;
  std::string_view words;  // "excellen*" stands for all words that begin so
};

// The formatter counts an emoji as wider than it is.
// clang-format off
constexpr Group groups[] = {
    {3, "😍 🥰 😘 🤩 ❤ 💕 💖 💗 💙 💚 💛 💜 🎉 🥳 💯 <3"},
    {2,
     "😀 😁 😂 🤣 😃 😄 😅 😆 😉 😊 😋 😎 🙂 ☺ 😇 🤗 👍 👏 🙌 💪 🙏 ✨ 🌟 ⭐ 👌 ✌ 😻 ♥ 🏆 "
     ":) :-) :D :-D ;) ;-) =) =D ;D xD XD :') ^_^ =-) :] :* :-*"},
    {1, "😌 😏 🤔 👀 🔥 🎶 ✔ ✅ :P :p :-P :-p"},
    {-1, "😐 😑 🙄 😬 😕 🤷 😳 😴 ❌ :/ :-/ :| :-| -_- :o :O :-o :-O"},
    {-2,
     "😒 😔 😞 😟 😠 😢 😣 😤 😥 😦 😧 😨 😩 😪 😫 😰 😱 😖 😓 🙁 ☹ 👎 💔 "
     ":( :-( =( ;( :[ :'( :'-("},
    {-3, "😡 🤬 😭 🤮 🤢 🖕 >:( >:-( </3 <\\3"},
    {3,
     "adore* amaz* astonish* awesome* beautiful* best blessed blessing brilliant* delight* "
     "ecstatic* epic excellen* exceptional* exquisit* fabulous* fantastic* flawless* "
     "gorgeous* heaven* hooray incredibl* legendary love loved loveee lovely loves loving "
     "luv magical magnificen* marvelous* masterpiece* outstand* outstanding* perfect "
     "perfection perfectly phenomenal* spectacular* splendid* stellar stunning* superb* "
     "terrific* thrilled thrilling unbeatable wonderful* woohoo yay"},
    {2,
     "accomplish* admir* adorabl* affection* affordable appreciat* attractive* awarded "
     "benefi* bless bliss* bravo bright* calm* capable captivat* celebrat* charm* charming "
     "cheer* clean* clever* comfort* compassion* compelling compliment* congrat* "
     "congratulations convenient* cool cooperative courteous* creative* cute cutie "
     "delicious* dependable eager* easily easy efficient* effortless* elegan* encourag* "
     "energetic engaging enjoy* entertaining enthusias* excit* fair fascinat* favorite* "
     "favourite* flexible friendl* fun funny generous* genius gentle glad* good goodness "
     "graceful* grateful* great greatest greatly haha hahaha happi* happy heal healthy "
     "heartwarming helpful* helps hero* hilarious* honest* honor* hooked hope* hopeful* "
     "hopefully hug hugs ideal immaculate impeccable impress* improved improvement improves "
     "informative* innovat* insightful* inspir* intelligent* interesting* intuitive* joy* "
     "kind kindly kindness knowledgeable laugh* likable like liked likes lol luckily lucky "
     "luxur* memorable merry neat nice nicely nicer nicest organised organized passionate* "
     "peaceful* pleasant* pleased pleasing pleasur* polite* popular positive* praise* pretty "
     "pride profession* prompt* proud* punctual quality quick quickly recommend* refresh* "
     "relax* reliabl* relief relieved respectful* responsive* reward* safe safely satisf* "
     "satisfactory seamless* secure sincere* smart* smile* smiling smooth* solid sparkl* "
     "speedy spotless strong* sturdy stylish succe* super superior support* sweet* "
     "sweetheart talent* tasty thank thankful* thanks thx timely top touching treasur* "
     "tremendous* trust* understanding unique upbeat uplifting useful* valuable versatile "
     "vibrant* victor* warm* welcom* well win winner winning wins wise* witty won woo worth "
     "worthwhile xoxo yes yum yummy"},
    {1,
     "able accept* achiev* active advance* advantag* agree* alright amusing assur* authentic "
     "available bonus care* cares clear clearly confiden* correct* decent effective* enough "
     "essential fine flavor* free fresh* gain* genuin* gift* growth help helped helping "
     "humor* important improv* improve interest interested keen lively modern motivat* "
     "natural ok okay peace play* polished precious promis* proper* ready rich right share "
     "simple simply skill* special* stable sure thoughtful* useful wish worked works yeah"},
    {-1,
     "against avoid* ban banned bills block* cold cost costly costs cut cuts debt decline* "
     "deficit delete demand* difficulties doubt* drop drops empty end error* excus* expire* "
     "fed fee fees fined fines fire fired flop hard harder hardly incorrect* insufficien* "
     "issue* lack* lacked late lawsuit* leak* less limit* limited low mediocre needless "
     "noise odd old only outdated pay pollut* protestor* push* queue quit reduce* rejected "
     "return* severe shortage* shut stop strange strict* stuff stupidly sue tax tense "
     "tension thin toll too traffic trick* unfamiliar unless unlike* unstable untidy useless "
     "vague wait waited waiting weak without worn wrong"},
    {-2,
     "abandon* afraid aggress* alarm* alone anger* angri* angry annoy* anxi* argh argu* "
     "arrgh arrogan* asham* ashamed attack* awkward* bad badly bankrupt* betray* biased "
     "bitter* blam* bland boo booo bore bored boredom boring bother bother* broke broken "
     "brutal* bug buggy bugs bully* cancel* cancelled careless* chao* cheap cheaply cheat* "
     "cliche* clumsy clunky complain* complicat* confus* congest* contrived corrupt* coward* "
     "cramped crash* crazy cries crime* criminal* crisis critici* cry crying damag* danger* "
     "dead deadly death deceiv* decept* defect* delay* delayed delays denied deny depress* "
     "despair* desperat* die died dies difficult* dirty disabl* disagre* disappoint* "
     "discomfort* discourag* disgruntl* dishonest* dislik* dismal dismay* disorgani* "
     "disrespect* dissatisf* distress* disturb* doom* dumb dump dying embarrass* enem* "
     "evict* ew eww excruciat* exhaust* expensive fail* fake* fault* faulty fear* feared "
     "fight* fights filth* flaw* flawed fml fool* forgot fraud* frighten* frustrat* furious* "
     "greed* grief gross guilt* gutted harass* harm* harsh* hassle* headache* helpless* "
     "hopeless* hostil* humiliat* hurt* ignor* ill illegal* impossible inaccurat* inadequat* "
     "inconsisten* inconvenien* ineffect* inefficien* inferior insan* insecur* insensitiv* "
     "insipid irrelevan* irresponsib* irrita* jealous* jerk joke junk lackluster lame lazy "
     "liar* lie lied lies lonely lose loser* losing loss lost lousy mad mediocr* meh mess "
     "messed messy misleading miss missed misses missing mistak* mistreat* mock* nasty "
     "negative* neglect* nervous* noisy offend* offens* overcharg* overcrowded overpriced "
     "overrat* overwhelm* pain painful* pains panic* pity pointless* poison* poor poorly "
     "poverty predictable problem* protest* punish* rage* rant refus* regret* reject* "
     "ridiculous* rip ripoff risk* rotten rough* rubbish rude* rudely rushed sad sadden* "
     "sadly sadness scare* scared scary screw* selfish* shallow shame* shock* sick sicken* "
     "sickness sigh silly sloppy slow slower slowly smh sorrow* sorry steal* stink* stole "
     "stolen stranded stress* struggl* stuck stuffy suffer* suicid* tedious* terrif* threat* "
     "tired tiresome tiring* trouble* ugh ugly unable unaffordable uncaring unclear "
     "uncomfort* undermin* uneasy unfair* unfinished unfortunat* unfriend* unhappy "
     "unhelpful* unimpress* uninspir* uninterest* unnecessar* unorganized unpleasant* "
     "unprofession* unreasonab* unreliab* unresponsiv* unsafe unsatisf* unsure untrain* "
     "untrust* unwanted unwell upset* vicious* victim* violen* war warn* waste wasted "
     "wasting weak* weird whine* whining worr* worse worsen* wreck* wrong* yuck*"},
    {-3,
     "abhor* abomina* abus* abysmal agony appalling* asshole* atroci* awful* bastard* bitch* "
     "bullshit crap crappy cruel* damn* despicable despis* destroy* detest* devastat* "
     "disast* disgrac* disgust* dreadful* dumbass evil fuck* garbage hate hated hateful "
     "hates hating hatred heartbr* hell hellish hideous* horrend* horribl* horrif* horror* "
     "idiot* incompeten* inexcusabl* insult* kill* loath* miserabl* misery moron* murder* "
     "nightmar* outrag* pathetic* racis* rape* repuls* revolting ruin* scam* scum shit* "
     "shitty stupid* suck sucked sucks sucky terribl* terroris* tortur* toxic tragedy "
     "tragic* trash unaccepta* unbearabl* unforgiv* useless* vile vomit* wicked worst "
     "worthless wtf"},
};
// clang-format on

constexpr std::size_t shortest_stem = 4, longest_stem = 11;

/// Open addressing; stems are kept under a hash of their own.
class Lexicon {
 public:
  Lexicon() : cells_(std::size_t{1} << 13) {
    for (const Group& group : groups) {
      std::string_view rest = group.words;
      while (!rest.empty()) {
        const std::size_t end = std::min(rest.find(' '), rest.size());
        std::string_view word = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        const bool stem = word.ends_with('*');
        if (stem) word.remove_suffix(1);
        Cell& cell = find(hash(word, stem));
        cell = {hash(word, stem), group.strength};
      }
    }
  }

  int strength(std::string_view form) const {
    if (const int exact = cell(hash(form, 0)).strength) return exact;
    if (static_cast<unsigned char>(form[0]) >= 128) return 0;
    for (std::size_t size = std::min(form.size(), longest_stem); size >= shortest_stem; --size)
      if (const int stem = cell(hash(form.substr(0, size), 1)).strength) return stem;
    return 0;
  }

 private:
  struct Cell {
    std::uint64_t key = 0;
    int strength = 0;
  };
  std::size_t slot(std::uint64_t key) const {
    std::size_t at = key & (cells_.size() - 1);
    while (cells_[at].strength != 0 && cells_[at].key != key) at = (at + 1) & (cells_.size() - 1);
    return at;
  }
  Cell& find(std::uint64_t key) { return cells_[slot(key)]; }
  const Cell& cell(std::uint64_t key) const { return cells_[slot(key)]; }

  std::vector<Cell> cells_;
};

}  // namespace

int strength_of(std::string_view form) {
  static const Lexicon lexicon;
  return lexicon.strength(form);
}

}  // namespace insightflow::analysis
