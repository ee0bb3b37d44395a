#include "analysis/lexicon.hpp"

#include "analysis/hash.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <vector>

namespace insightflow::analysis {

namespace {

struct WordGroup {
  int strength;
  std::string_view words;  // "excellen*" stands for all words that begin so
};

// The formatter counts an emoji as wider than it is.
// clang-format off
constexpr WordGroup word_groups[] = {
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
    {3,
     "acclaim* ador* adoring amazeballs angelic astound* beloved blissful breathtaking "
     "captivating cherish* congrats dazzl* divine dope ecstasy elated elation enchant* "
     "enthrall* euphori* exhilarat* exuberan* fab faultless finest glorious grand greatness "
     "heartfelt invaluable irresistible jubila* kickass kudos lifesaver majestic marvel* "
     "mesmeri* miracle* overjoyed paradise peerless priceless radiant raved ravishing rejoic* "
     "remarkabl* riveting sensational sublime triumph* unbeliev* unforgettable unmatched "
     "unparalleled unrivaled wow wowed wows yass yayy yippee yummm"},
    {2,
     "abundan* acclaimed accommodating accurat* adept adequate* adventur* affable agil* "
     "alluring altruis* ambitious amiable amused amusement angel appealing applau* "
     "appreciative apt articulat* artistic aspir* assist* astute attentive* authenticity "
     "award awards backing balanced beaut* beauty befriend* beneficial bestest blossom* bold "
     "boost* bountiful brave* breez* brill brilliance buddy calming camaraderie caring celeb* "
     "champ champion* charit* chill* chuckl* civil classic classy cohesive collaborat* "
     "colorful comedic comfy commend* committed compassionate compatib* competen* competitive "
     "complement* comprehensive concise congenial conscientious considerate consistent* "
     "constructive content contented coolest cordial courag* cozy craft* crisp cuddl* dance "
     "dancing dedicat* deserv* desirabl* detailed devoted devotion dignif* diligent* "
     "diplomatic diverse durabl* dynamic earnest easier easiest ecofriendly elite empath* "
     "empower* enchanting endear* energi* engross* enhanc* enlighten* enrich* entertain* "
     "enticing esteem* ethical exceed* excel excelled excels expert* exquisite fabul* faith "
     "faithful* fanciful fashionable fav fave faves favor favour fest festive fit flattering "
     "flawlessly fond* forgiv* fortun* forward freedom freshly fulfil* funnier funniest gem "
     "gems generosity gifted giggl* glam* gleam* glee* glow* goodies goofy gracious* "
     "gratitude gutsy handsome handy hardworking harmon* heroic highlight* hip honesty "
     "hospitab* hospitality hot hottie hugging humane humble humorous humour* hyped imaginat* "
     "immers* inclusive industrious ingenious ingenuity inspired inspiring integrity "
     "intellect* intelligible intricate invigorat* invincible jolly jovial keeper knack "
     "laughing leader* legend lifelong livelier lovable lover lovers loyal* lush luxury magic "
     "mastery matur* meaningful merit* mindful miracul* mirth neatly noble nurtur* nutritious "
     "obedient optimal optimis* orderly original outgoing outperform* passion* patien* perks "
     "phenom* picturesque playful* pleas* plentiful poetic poignan* polish* powerful praisew* "
     "preferabl* prestig* prodig* productiv* profitab* profound* prosper* protect* prowess "
     "pumped rapport readable reassur* recommended rejuvenat* remarkable renowned resilien* "
     "resolv* resourceful respect* restor* revel* revitali* revolutioni* romantic* savings "
     "savvy scenic scrumptious sensible sensitive sentimental serene serenity sharp sharpest "
     "shine* shining shiny silky sleek slick smarter smartest smiles smoothly soothing "
     "sophisticat* spacious spectacle spirited steadfast steady stimulat* straightforward "
     "streamlined strengthen* stunned sublim* succeed* sunny sunshine superstar supportive "
     "supreme surpass* swag sweetest swift* sympath* tact* talented tender thanku thankyou "
     "thanx thorough* thrill* thriv* tidy tolerant toprated tranquil treat treats trendy "
     "trustworth* twinkl* ty unbiased upgrade* uplift* upscale usable vibe vibes victory "
     "vigor* virtue* virtuous visionary vivac* vivid wealth* welcoming wellbeing wholesome "
     "willing* winners wisdom wonder* worthy yaaay yayyy youthful zeal* zest*"},
    {1,
     "abundance accessib* accomodat* adapt* alive ample assert* attract* awake aware backed "
     "bargain beat better cherry coherent collab* convinc* cooperat* cosy dawn deal* "
     "discount* diversity efficac* elevat* enable* encourage enjoyably equal* equit* "
     "establish* excite exciting expand* explor* favorable flow* focus* follow forgive "
     "friend* functional gentl* glor* guarantee* heart* holiday holidays immune included "
     "initiative* innocent interact* invest* invit* justice keep laughable legit* liberal* "
     "liberty major* manageable mature meaning* melod* nostalg* obvious* openness opportunit* "
     "organic passable permit* positivity potent potential practical* prefer* prevail* "
     "proactive progress* proven real reasonabl* recover* relevan* remed* rescu* resolve* "
     "sane save saved saves saving secur* settle* smarts solution* solve* solved spark* "
     "spontan* standard stoked strength suffice sufficien* surpris* sustainab* teamwork "
     "traditional transparen* unity updat* useable vacation variet* whoa workable x xo xox xx "
     "xxx yep yup"},
    {-1,
     "absent* addict* ambigu* apolog* ash average awfully basic beg behind blur* blurry bump* "
     "burden* busy byzantine cautious chilly cloudy compromis* concern* constrain* "
     "contradict* controvers* crowded cuttin* dark deadline* deplet* deplor* detain* deter* "
     "detour* deviat* dim disagree discontinu* dizzy dodgy drag* drain* dry dull* emergency "
     "evad* exam exams exclud* expos* faded fall fell fluctuat* forc* forget* foul frown* "
     "fuss* fuzzy glitch* gloom* halt* heavy hesita* hole* homesick hungry hurdle* ignoran* "
     "immatur* impasse impatien* imperfect* impos* improper* incapab* incoher* incomplet* "
     "indecis* indiffer* inflex* interfer* interrupt* intrus* irregular* itch* lengthy lone* "
     "longer loophole* minimal* misaligned misfire* monoton* narrow* noisier none obscur* "
     "obstacle* obstruct* ominous oppos* ordinary overdue overload* overlook* overly overs* "
     "oversight* peculiar postpon* premature rain* raining redundan* reluctan* repetitiv* "
     "resist* restrict* scarc* shaky short* shy skeptic* skip* slack* sleepy* slip* sneeze* "
     "soggy sorely spam* squeak* stagnant stale stereotyp* stiff stray substandard suppress* "
     "suspect* suspicio* taint* tangl* taxes tight* tough* tricky unanswer* uncertain* "
     "unchanged uneven unexpected* uninform* unknown* unplug* unspecified unusual* vanish* "
     "wary weary wobbl*"},
    {-2,
     "absurd* accident* accus* ache* aching addiction adverse afflict* aggravat* aggrieved "
     "ailing alas alienat* alleg* allegation* amateurish amiss anguish* animosity annoyed "
     "antagoni* apath* appall* apprehens* arbitrary arrest* arson artificial ashes assault* "
     "atrophy attacks avenge awkwardly awry baffl* banal bankruptcy barbar* barrage barren "
     "beaten belittl* bemoan* betrayed bewilder* bias bigot* blah blatant* bleak* bleed* "
     "blind blister* bloated blood* blunder* blurr* bogus bomb bombed bombs breach* "
     "breakdown* brok* bruis* bs bulky bummed bummer burn* bust* butcher* catastroph* caustic "
     "censor* chaotic charade cheated cheesy chok* clash* clueless clutter* coerc* coffin "
     "collaps* collud* combat* complacen* complaint* compulsive con concede* condemn* "
     "condescend* conflict* congested conspir* contagi* contaminat* contempt* convict* cough* "
     "cram cranky creep* creepy cringe* crippl* crook* crumb* crush* culprit cumbersome curs* "
     "cynic* dammit darn debacle decay* deceit* defam* defeat* deficien* deform* defy* "
     "degrad* dehumani* delinquen* delusion* demean* demis* demoral* demotivat* denial "
     "deport* deprav* depriv* derail* derogatory desert* desolat* destitut* destruct* "
     "deterior* detriment* devious dire disadvantag* disappear* disapprov* disarray* "
     "disbelief discard* disconcert* disconnect* discontent* discredit* discriminat* diseas* "
     "disgrunt* disgus* dishearten* disillusion* disinterest* dismiss* disorder* disorient* "
     "displeas* disput* disqualif* disregard* disrupt* dissapoint* dissappoint* dissent* "
     "distort* distract* distrust* dodg* downfall downgrad* downhill downside* dread drown* "
     "drunk* dubious dwindl* dysfunction* egois* emaciat* embattl* endanger* enrag* enslav* "
     "entrap* envious envy err erratic erro* escalat* exacerbat* exaggerat* exasperat* "
     "exhausted exploit* extort* extremis* fabricat* failing farce* fatal* fatigu* felon* "
     "feud* fiasco fierce* flak flimsy flood* flu fluke foolish* forbid* foreclos* forfeit* "
     "forlorn forsak* fragil* frantic* fraught freak* fright* frivolous froze* frozen "
     "fruitless* furor* futile gaffe gimmick* glar* gloomy goddam* gory grievance* grim* "
     "grouch* grudg* gruesome grumbl* grumpy gullible hallucinat* handicap* hangover* "
     "haphazard* hapless hardship* hater* haters haunt* havoc hazard* headach* heartache* "
     "heartless* hectic heinous hinder* hoax hobbl* hogwash holocaust hopelessly horrid "
     "hostag* hurtful hypocri* hyster* illness* illogical imbalanc* immoral* impair* imped* "
     "impede* imperil* impolite impot* impover* imprison* inability inact* inadvert* incens* "
     "incite* inconvien* indecent indignant* inefficac* inept* inequ* inexperienc* infect* "
     "infest* infirm inflam* inflict* infring* infuriat* inhuman* injur* injust* insanity "
     "insincer* insolent insomnia instab* insubordin* intimidat* intoler* intrud* invad* "
     "invalid* invasive irat* ironic* irrational* isolat* jail* jeopard* jinx* jobless junky "
     "killer lagging lament* lax leech* letdown lethal lethargy libel* limbo limp litter* "
     "loner* longing ludicrous* lunatic* lurk* lying malaise malfunction* malic* malign* "
     "manipulat* massacre* meager meaningless meddl* melodramat* menac* merciless* messing "
     "migraine* miscalculat* mischie* misconduct* misguid* mishandl* misinform* mislead* "
     "mismanag* missin misspell* mistrust* misunderst* misus* moan* molest* monster* moody "
     "mourn* muddl* mugg* murky naive* nasti* nausea* nauseous needy negat* negligen* "
     "neurotic* nigh nonsens* notorious* nuisance* numb* obes* obnoxious* obsess* obsolete "
     "offended omit* onerous oppress* ordeal* outbreak* outcry* outlaw* overdo* overheat* "
     "overpow* overrun* oversimpl* overwork* pale paltry panick* paralyz* paranoi* penal* "
     "peril* persecut* perturb* pervert* pessimis* pest pester* petty phony* pickpocket* "
     "pimple* piss* plagu* plight plot* plunder* pompous prejud* pretentious pricey prick* "
     "prison* profan* prolong* propaganda puke* pushy qualm* quarrel* questionabl* quitter* "
     "radical* ragged ransom* rash recession* reckless* recoil* relaps* relentless* remorse* "
     "repress* resent* resign* restless* retaliat* retard* retreat* reveng* revert* revolt* "
     "rift* rigid riot* rob robbed robber* ruinous ruthless* sabotage* sacrifi* sarcas* "
     "savage scandal* scapegoat* scar scarred scatter* scoff* scold* scorch* scorn* scream* "
     "seizure* senseless* shabby sham shambl* shattered shitless shoddy shortcoming* "
     "shortsight* shriek* sinister skanky slam* slap* slaughter* slav* sleepless* slime* "
     "slimy sloth* slug* slump* smack* smash* smear* smell* smelly smug smuggl* snag* sneak* "
     "sobbing somber sore* sour sours spite* spoil* squabbl* squander* stab* stain* starv* "
     "stigma* sting* stingy strain* strand* strangl* strife* strike* stubborn* stupor* "
     "subjugat* substand* subvert* succumb* sucker* suffoc* sulk* sunder* superficial* "
     "superstit* swear* swindl* tainted tantrum* tardy tarnish* taunt* tear tearful tears "
     "teas* temper* terror* thief thieves thirst* thwart* tiresom* torment* torn torrent* "
     "traged* traitor* trap* trauma* treacher* trivial* turbul* turmoil tyran* unaccept* "
     "unattract* unbalanced unbear* uncivil* uncooperat* underpaid understaff* undesir* "
     "uneasi* unemploy* unethical unexplain* unfavor* unfit unfocused unforeseen unfulfill* "
     "unfunny ungrateful unhealth* unimportant uninterested uninvit* unjust* unkind* unlawful "
     "unlik* unlivable unluck* unmotiv* unorgani* unplay* unpopular* unprepar* unproduct* "
     "unqualif* unreadable unrealis* unrest* unsatis* unskill* unsound unstab* unsuccess* "
     "unsuit* unsupport* untru* untrue unusabl* unwatch* unwelc* unwilling* unwis* uproar* "
     "upsetting urgent* usele* vain vandal* veng* vengean* villain* virus* volatil* vulgar* "
     "vulnerab* wack wail* wander* wasteful weakness* weep* weirdo whin* woeful* worried "
     "worrisome worry wors* wound* wrath* wretch* writh* yawn* yell* yelling yikes zombi*"},
    {-3,
     "abducted abhorr* abominab* abusive agoniz* annihilat* asinine assassin* assh* asshat "
     "atrocity awfull bloody bullsh* catastrophic crappiest cunt* cursed damned decapitat* "
     "demonic deplorable despise* devil* dickhead* dipshit dirtbag* disasters disgraceful "
     "douche* effing enraged execrable fking fkn freaking frickin ghastly gobshite godawful "
     "grotesque* gtfo hellhole horrendous* imbecile* inhumane intolerabl* livid loathsome "
     "lunacy molester monstrous* motherf* nauseat* nazi* obscen* odious* pigs pissed "
     "poisonous rancid rapist* savag* scumb* scumbag* shite sickening slaughtered stfu "
     "suicide terrible tortured trashed tyrant unspeakabl* vermin vomiting wanker* whor* "
     "wretched wth"},
};
// clang-format on

constexpr std::size_t shortest_stem = 4, longest_stem = 11;

/// Open addressing; stems are kept under a hash of their own.
class Lexicon {
 public:
  Lexicon() : cells_(std::size_t{1} << 14) {
    for (const WordGroup& group : word_groups) {
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
