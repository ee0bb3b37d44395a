#include "bias/language.hpp"

namespace insightflow::bias {

/// Words and phrases by class, lower case, separated by '|'. A general class beats a special case:
/// add a word only where it holds for surveys at large.
const std::vector<Entry> vocabulary{
    {Mark::determiner,
     "the|a|an|your|our|my|its|their|his|her|this|that|these|those|any|some|each|every|no"},
    {Mark::preposition,
     "in|at|on|of|with|about|for|from|to|by|during|between|among|across|within|near|after|before|"
     "until|since|over|under|through|towards|into|as|than|around|without|regarding|concerning"},
    {Mark::subordinator, "when|while|if|where|who|whom|whose|that|which|because|although|whether"},
    {Mark::pronoun, "i|you|he|she|it|we|they|me|him|her|us|them|someone|anyone|everyone"},
    {Mark::auxiliary,
     "do|does|did|is|are|was|were|be|been|have|has|had|will|would|can|could|should|may|might|must|"
     "don't|doesn't|didn't|isn't|aren't|wasn't|weren't|haven't|hasn't|won't|wouldn't|can't|couldn'"
     "t|"
     "shouldn't"},
    {Mark::question_word, "how|what|why|which|who|where|when"},
    {Mark::verb,
     "use|buy|read|write|install|change|visit|contact|call|recommend|share|trust|like|love|hate|"
     "enjoy|exercise|eat|drink|smoke|sleep|work|travel|drive|walk|cycle|cook|clean|watch|play|"
     "learn|study|plan|save|spend|pay|order|return|cancel|renew|open|close|create|edit|upload|"
     "download|invite|attend|join|leave|feel|understand|follow|support|oppose|believe|think|"
     "recycle|vote|donate|volunteer|find|get|make|take|give|receive|send|compare|check|complete|"
     "browse|search|shop|reduce|increase|improve|expand|raise|lower|review|report|help|respect|"
     "listen|speak|need|want|prefer|consider"},

    {Mark::people,
     "friends|family|colleagues|parents|children|brother|sister|brothers|sisters|mother|father|men|"
     "women|boys|girls|husband|wife|partner|partners|neighbours|neighbors|relatives|students|"
     "teachers|adults|teenagers|customers|clients|patients|residents|employees|managers|people|"
     "person|persons|boss|manager|supervisor|colleague|coworker|coworkers|co-workers|spouse|"
     "neighbour|neighbor|friend|child|son|daughter|kids|sons|daughters|teacher|doctor|team|staff|"
     "citizens|voters|consumers|users|workers|roommates|flatmates|classmates|boyfriend|girlfriend|"
     "siblings|grandparents|members|visitors|shoppers|households|drivers|nurses|leaders|peers|"
     "guard|guards|customer|patient|client|guest|guests|tenant|tenants|boy|girl|man|woman|agent|"
     "agents|guide|chef|nurse|flatmate|roommate|classmate|student|adult|resident|citizen|parent|"
     "others|family|household"},
    {Mark::time_unit,
     "day|days|week|weeks|month|months|year|years|hour|hours|minute|minutes|weekend|weekends|"
     "semester|term|quarter|morning|mornings|evening|evenings|night|nights|weekdays|daily|weekly|"
     "monthly|yearly|today|yesterday|season|summer|winter|spring|autumn"},
    {Mark::period,
     "in the past|in the last|in the previous|during the past|during the last|over the past|"
     "over the last|within the past|within the last|the past|the last|for the past|for the last|"
     "the previous|this year|this month|this week|this semester|this term|this quarter|this winter|"
     "this summer|this spring|this autumn|last year|last month|last week|last semester|last night|"
     "last time|last visit|last visited|last order|last stay|last season|"
     "today|yesterday|since|ever|currently|current|per day|per week|per month|per year|a day|a "
     "week|"
     "a month|a year|in a typical|in an average|on a typical|on an average|in a usual|each day|"
     "each week|each month|every day|every week|every month|at present|right now|during your stay|"
     "during your visit|in your life|in your lifetime|most recent|so far|before the|during the|"
     "when you were|as a child|on weekdays|on weekends|a typical"},
    {Mark::fixed_pair,
     "terms and conditions|research and development|pros and cons|brother or sister|"
     "brothers and sisters|friends and family|family and friends|health and safety|"
     "bed and breakfast|food and drink|food and drinks|food and beverage|food and beverages|"
     "black and white|back and forth|trial and error|supply and demand|wear and tear|"
     "up and running|profit and loss|arts and crafts|science and technology|law and order|"
     "peace and quiet|questions and answers|diversity and inclusion|diversity equity and inclusion|"
     "human resources and payroll|search and rescue|drag and drop|copy and paste|cut and paste|"
     "point and click|click and collect|plug and play|mix and match|name and address|"
     "first and last|more and more|again and again|over and over|now and then|by and large|"
     "each and every|once and for all|rules and regulations|aches and pains|mergers and "
     "acquisitions|"
     "accident and emergency|wait and see|try and|go and|come and|day and night|men and women|"
     "boys and girls|advantages and disadvantages|strengths and weaknesses|ups and downs|"
     "likes and dislikes|costs and benefits|gas and electricity|hot and cold|salt and pepper|"
     "fish and chips|him and her|work and life|and so on|and other|and others|and/or|"
     "learning and development|sales and marketing|track and trace|pick and choose|"
     "question and answer|rhythm and blues|room and board|department of health and|"
     "information and communication|nuts and bolts|true and fair|tried and tested|"
     "null and void|age and gender|date and time|time and place|time and date|"
     "income and expenses|input and output|read and write|loud and clear|safe and sound"},
    {Mark::example_opener,
     "such as|including|e.g|for example|for instance|like|i.e|namely|e g|i e"},
    {Mark::instruction,
     "please|rate|indicate|select|choose|describe|rank|list|tell|state|explain|give"},
    {Mark::judgement,
     "satisfied|dissatisfied|satisfaction|rate|rating|easy|difficult|ease|useful|helpful|important|"
     "concerned|concern|support|oppose|favour|favor|trust|like|dislike|enjoy|recommend|agree|"
     "disagree|quality|good|bad|fair|think|feel|believe|clear|happy|confident|value|opinion|view|"
     "friendly|fast|reliable|comfortable|prefer|interested|well|impressed|evaluate|assess|"
     "affordable|clean|safe|fun|attractive|intuitive|likely"},
    {Mark::antonym,
     "satisfied or dissatisfied|agree or disagree|support or oppose|favor or oppose|"
     "favour or oppose|easy or difficult|good or bad|important or unimportant|fair or unfair|"
     "likely or unlikely|positive or negative|agreement or disagreement|support or opposition|"
     "approve or disapprove|trust or distrust|optimistic or pessimistic|clear or unclear|"
     "useful or useless|comfortable or uncomfortable|successful or unsuccessful|safe or unsafe|"
     "like or dislike|better or worse|concerned or unconcerned|happy or unhappy|"
     "dissatisfied or satisfied|disagree or agree|oppose or support|unlikely or likely|"
     "poor or good|good or poor|effective or ineffective|reasonable or unreasonable|"
     "helpful or unhelpful|acceptable or unacceptable|easy or hard|friendly or unfriendly"},

    {Mark::tag,
     "isn't it|don't you|doesn't it|aren't they|wouldn't you|won't you|isn't she|isn't he|"
     "aren't you|right|correct|didn't you|don't they|can't you|shouldn't we|shouldn't they|"
     "wouldn't it|haven't you|do you not|agreed|no"},
    {Mark::negative_opener,
     "don't you|wouldn't you|isn't it|isn't|shouldn't|doesn't|aren't|don't|can't you|won't you|"
     "haven't you|couldn't you|didn't you|wasn't it|wouldn't it|do you not think|do you not agree|"
     "would you not agree|is it not|should we not|should not"},
    {Mark::agree_pressure,
     "would you agree that|wouldn't you agree|wouldn't you say|don't you think|don't you agree|"
     "surely you|you would agree|i'm sure you|we hope you|we are sure you|we're sure you|"
     "do you agree with most|do you agree with experts|do you also|like most people"},
    {Mark::assertive,
     "obviously|of course|surely|undeniably|undoubtedly|without doubt|without a doubt|needless to "
     "say|"
     "it is clear that|it is obvious that|as we all know|as you know|as everyone knows|naturally"},
    {Mark::praise_verb, "love|enjoy|adore|appreciate|hate|regret|benefit"},
    {Mark::crowd,
     "most people|many people|experts agree|experts say|experts believe|studies show|"
     "research shows|studies have shown|research has shown|everyone knows|everybody knows|"
     "everyone agrees|it is well known|it is widely|scientists agree|doctors agree|"
     "doctors recommend|nine out of ten|the majority of|most customers|most users|most citizens|"
     "most residents|most employees|most students|most voters|most of our|many experts|"
     "leading experts|according to experts|everyone benefits|public opinion|as everyone should|"
     "our competitors|critics say|many customers|many users|most experts|millions of|"
     "a recent study|recent studies|a study|scientists warn|experts warn|doctors warn|scientists "
     "say|doctors say|researchers have|scientists have|research suggests|studies suggest|polls "
     "show|surveys show|statistics show|the evidence shows|it has been shown|it is generally "
     "agreed|it is a fact|many parents|many residents|many employees|many students|many citizens|"
     "most parents|most drivers|most families|most adults|most teachers|most patients|a majority "
     "of|more and more people|countless people|leading scientists|leading doctors"},
    {Mark::claim,
     "should|must|need|needs|benefit|benefits|important|essential|vital|crucial|responsible|"
     "better|best|worse|worst|threat|threatens|honest|good|bad|proud|harm|harms|save|saves|"
     "improve|improves|necessary|deserve|deserves|growing|suffer|suffers|suffering|healthier|"
     "dangerous|proven|popular|leading|award-winning|damage|damages|causes|harming|harmful|"
     "overworked|underpaid|unfair|benefiting|saving|reduces|increases|kills|costs|ruins|ruining|"
     "destroys|destroying|wastes|wasting|protects|protecting|helps|endangers|crisis|risk|risks|"
     "healthy|unhealthy|known|shown|warn|warns|worry|worries|rising|falling|suffered|won|richest|"
     "largest|biggest|safest|fastest|cheapest|crumbling|fails|failed|success|successful|loved"},
    {Mark::norm,
     "do the right thing|doing the right thing|responsibly|civic duty|ethically|"
     "it is your duty|your duty|as required by law|law-abiding|as expected|as required|"
     "properly look after|as recommended by|as is right|as is proper|as is expected|do your part|"
     "doing your part|do your bit|doing your bit|do your share|your fair share|behave properly|"
     "behave well|set a good example|setting a good example|do what is right"},
    {Mark::loaded_negative,
     "terrible|awful|horrible|disastrous|outrageous|shameful|wasteful|ridiculous|greedy|corrupt|"
     "reckless|radical|unfair|unreliable|confusing|hidden|disgusting|appalling|dreadful|pathetic|"
     "useless|incompetent|failing|failed|broken|harsh|draconian|excessive|exorbitant|overpriced|"
     "annoying|frustrating|clunky|outdated|poor|inadequate|unacceptable|unjust|scandalous|"
     "burdensome|crippling|so-called|invasive|chaotic|sloppy|misguided|dangerous|unnecessary|"
     "unfriendly|rude|slow|dirty|noisy|bloated|bureaucratic|poorly|shoddy|shabby|flawed|faulty|"
     "cumbersome|tedious|costly|secretive|hasty|arrogant|lazy|stubborn|cruel|brutal|toxic|"
     "notorious|infamous|boring|worrying|alarming|shocking|depressing|insulting|intimidating|"
     "exhausting|crumbling|ill-conceived|half-hearted|botched|bungled|flimsy|stingy|weak|"
     "complicated|patchy|erratic|lousy|mediocre|sluggish|clumsy|absurd|foolish|stupid|unjustified|"
     "extravagant|lavish|heavy-handed|short-sighted|long-overdue|neglected|punishing|senseless|"
     "damaging|harmful|destructive|deceptive|dishonest|shady|vicious|negligent|intrusive|rigid|"
     "hostile|aggressive|biased|discriminatory|oppressive|exploitative|opaque|contradictory|"
     "pointless|hopeless|nasty|ugly|gloomy|dull|dreary|filthy|smelly|stuffy|cramped|run-down|"
     "obsolete|archaic|primitive|amateurish|unprofessional|incoherent|illogical|irritating|"
     "infuriating|humiliating|degrading|patronising|patronizing|condescending|dismissive|"
     "indifferent|apathetic|corrupted|crooked|abusive|punitive|repressive|ruthless|merciless|"
     "tyrannical|disorganised|disorganized|mismatched|defective|glitchy|buggy|laggy|insecure|"
     "leaky|noisome|stressful|painful|harassing|spammy|sneaky|manipulative|misleading|inflated|"
     "soaring|skyrocketing|worthless|wretched|miserable|abysmal|atrocious|deplorable|disgraceful|"
     "lamentable|regrettable|catastrophic|devastating|ruinous|perverse|unethical|immoral|"
     "illegitimate|lax|lenient|soft|bumbling|lacklustre|lackluster|substandard|inferior|"
     "second-rate|third-rate|low-quality|endless|never-ending|constant|relentless"},
    {Mark::loaded_positive,
     "amazing|wonderful|fantastic|excellent|outstanding|award-winning|world-class|cutting-edge|"
     "beloved|superb|innovative|brilliant|exceptional|state-of-the-art|revolutionary|delicious|"
     "incredible|terrific|magnificent|stunning|first-class|best-in-class|industry-leading|"
     "groundbreaking|much-loved|hard-working|hardworking|fabulous|impressive|marvellous|"
     "marvelous|great|dedicated|generous|exciting|improved|convenient|friendly|helpful|popular|"
     "tasty|superior|beautiful|elegant|perfect|remarkable|trusted|celebrated|renowned|unrivalled|"
     "unbeatable|unmatched|inspiring|charming|refreshing|thrilling|caring|fair-minded|prestigious|"
     "visionary|bold|life-changing|life-saving|much-needed|long-awaited|unforgettable|top-notch|"
     "high-quality|top-quality|attractive|lovely|splendid|iconic|legendary"},
    {Mark::presumes,
     "have you stopped|when did you stop|when did you start|when did you first|when did you last|"
     "what do you like most|what do you like best|what do you like about|what did you like most|"
     "what did you like about|what do you love|what do you enjoy|what do you dislike|"
     "what do you hate|what did you enjoy|why do you like|why do you love|why do you prefer|"
     "why do you hate|why do you dislike|why did you enjoy|why do you think|how much did you enjoy|"
     "how much do you enjoy|how much do you love|how much do you hate|how often do you cheat|"
     "how long have you been|since you stopped|how did you benefit|how has|how have|"
     "which benefits did you|what problems did you|what difficulties did you|what problems do you|"
     "what difficulties do you|where do you usually|why don't you|why do you not|"
     "which of our|what is your favourite|what is your favorite|what was your favourite|"
     "what was your favorite"},
    {Mark::gate,
     "if any|if anything|if at all|if ever|if applicable|if you|if so|if relevant|whether|"
     "for those who|if one"},
    {Mark::vague,
     "often|regularly|recently|frequently|occasionally|usually|several|rarely|seldom|lately|"
     "generally|normally|typically|sometimes|a lot|a few|many|nowadays|heavily|soon"},
    {Mark::absolute,
     "always|never|all|every|everyone|everybody|none|nobody|nothing|everything|entirely|totally|"
     "without exception|at all times|only ever"},
    {Mark::absolute_exempt,
     "at all|all day|all in all|in all|all that apply|all of the following|all the following|"
     "every day|every week|every month|every year|every morning|every evening|every night|"
     "every time|every other|above all|after all|first of all|all things considered|"
     "all other|all-time|all together|if at all|not at all|every few|every two|every three|"
     "almost always|almost never|nearly always|nearly all|almost all|nearly every|almost every|"
     "of all|and all|all ages|all three|all four|all five|all over|all night|all along|all sorts|"
     "all kinds|all types|for all|all available|all household|all members|all adults|all people|"
     "all your|all the people|all children|across all|nothing else|none of these|"
     "none of the|all questions|from all|all responses|all answers"},
    {Mark::negator,
     "not|no|never|don't|doesn't|didn't|isn't|aren't|wasn't|weren't|haven't|hasn't|won't|wouldn't|"
     "can't|cannot|couldn't|shouldn't|without|neither|nor|nobody|nothing|none|hardly|fail|lack"},
    {Mark::negative_word,
     "unclear|unconcerned|unhappy|unlikely|unnecessary|unimportant|uncomfortable|unfair|"
     "unsatisfied|dissatisfied|disagree|oppose|opposed|avoid|prohibit|ban|refuse|reject|"
     "impossible|difficult|unable|dislike|abolish|deny|inadequate|ineffective|unhelpful|"
     "unsafe|unreliable|uninterested|disapprove|forbid|unaware|unwilling|missing|without|lack|"
     "unreasonable|uncertain|unacceptable|against|useless|unjustified|unusual|incorrect"},
    {Mark::hypothetical_opener, "imagine|suppose|assuming|what if|hypothetically|supposing"},
    {Mark::small_act,
     "coffee|cups|snacks|emails|email|articles|messages|posts|minutes|hours|calls|searches|steps|"
     "videos|songs|meals|glasses|photos|news"},
    {Mark::habitual_count,
     "how often|how frequently|how many times|how many days|how many hours|how regularly|"
     "how many trips|how many visits"},
    {Mark::count_stem,
     "how many|how much time|how old|how long|how far|number of|what age|which year|how tall"},
    {Mark::agree_request,
     "do you agree|you agree|agree or disagree|you disagree|agreement with|agreement or "
     "disagreement|"
     "level of agreement|extent do you agree|extent do you disagree|would you agree|disagree that|"
     "agree that|agree with the"},
    {Mark::sensitive,
     "income|salary|religion|religious|sexual|sexually|sexual orientation|drugs|drug|illegal|"
     "illegally|alcohol|drunk|drinking|abortion|mental health|depression|depressed|suicide|"
     "suicidal|hiv|debt|debts|bankruptcy|criminal|arrested|convicted|prison|cheated|cheat|stolen|"
     "steal|taxable|tax evasion|abuse|abused|assault|violence|harassed|harassment|political party|"
     "vote for|voted for|ethnicity|ethnic|race|disability|disabilities|immigration status|pregnant|"
     "pregnancy|miscarriage|gambling|gamble|infidelity|affair|net worth|late paying|unfaithful|"
     "overdue|embarrassed|private messages|medical condition|diagnosed|medication|addiction|"
     "shoplifted|lied|lie|plagiarised|plagiarized|without permission|masturbate|weight|"
     "union member|trade union|payday|welfare benefits|shout at|hit someone|household finances"},
    {Mark::demographic,
     "your age|how old are you|your gender|your sex|your income|household income|marital status|"
     "level of education|highest education|your ethnicity|ethnic group|ethnic background|"
     "your religion|your occupation|year of birth|date of birth|employment status|your race|"
     "annual income|your nationality|sexual orientation|postcode|zip code|were you born|"
     "phone number|email address|your name|age group|gender identity|your job title|"
     "years of age|your age group|education have you completed|do you identify"},
    {Mark::open_request,
     "in your own words|in a few sentences|few sentences|a short text|tell us in|"
     "write your answer|please describe|describe in|please explain|explain why|"
     "tell us why|tell us about|tell us more|please write|type your answer|describe the|describe "
     "how|"
     "describe your|describe why|in a few words|in a sentence|please comment|please elaborate"},
    {Mark::overall,
     "overall|in general|all things considered|taken together|as a whole|all in all|"
     "how likely are you to recommend|how likely is it that you would recommend"},
    {Mark::rare_event,
     "move|moved|married|surgery|operation|hospital|hospitalised|hospitalized|doctor|flight|"
     "flights|"
     "holiday|holidays|vacation|job|jobs|accident|accidents|seizure|seizures|emergency|born|"
     "funeral|funerals|wedding|weddings|abroad|arrested|pregnant|concussion|injury|injuries|"
     "vaccinated|vaccination|election|elections|burglary|burgled|police|promotion|"
     "promoted|dentist|conference|conferences|marathon"},

    {Mark::idiom,
     "at the end of the day|on the same page|think outside the box|outside the box|"
     "touch base|low-hanging fruit|piece of cake|a piece of cake|rule of thumb|hit the nail|"
     "beat around the bush|under the weather|over the moon|once in a blue moon|cost an arm and a "
     "leg|an arm and a leg|break the bank|breaks the bank|on the fence|sit on the fence|"
     "sitting on the fence|up in the air|a level playing field|level playing field|back to square "
     "one|ballpark figure|in the ballpark|bang for your buck|bang for the buck|value for your buck|"
     "cut corners|cuts corners|cutting corners|down to earth|drop the ball|dropped the ball|drops "
     "the ball|on the ball|face the music|feel blue|feeling blue|go the extra mile|goes the extra "
     "mile|went the extra mile|going the extra mile|in a nutshell|in hot water|in the loop|out of "
     "the loop|out of the blue|keep your head above water|get your feet wet|hit the ground running|"
     "hit the road|jump on the bandwagon|on the bandwagon|let the cat out|miss the boat|missed the "
     "boat|on thin ice|on cloud nine|over the top|par for the course|pull your weight|pulls their "
     "weight|pull their weight|push the envelope|raise the bar|raises the bar|raised the bar|"
     "rock the boat|rocks the boat|second to none|see eye to eye|sees eye to eye|silver bullet|"
     "the big picture|big picture|tip of the iceberg|up to speed|up to scratch|walk the talk|"
     "wear many hats|water under the bridge|burn the midnight oil|burning the candle|bite the "
     "bullet|hard to swallow|get the hang of|got the hang of|get your head around|got your head "
     "around|make ends meet|makes ends meet|making ends meet|down the drain|down in the dumps|in "
     "the dumps|"
     "feel on edge|fed up with|get a kick out of|give a thumbs up|thumbs up|keep an eye on|keeps "
     "an "
     "eye on|light at the end of the tunnel|off the beaten track|on a roll|on a shoestring|play "
     "it by ear|put all your eggs|read between the lines|red tape|see the light|sleep on it|"
     "stab in the back|straight from the horse's mouth|take it with a grain of salt|the ball is "
     "in|the last straw|through the roof|throw in the towel|tighten your belt|tightened your belt|"
     "tighten their belts|tip the scales|turn a blind eye|turns a blind eye|turned a blind eye|"
     "up your sleeve|whole nine yards|worth its salt|wrap your head around|no-brainer|no brainer|"
     "game changer|game-changer|cup of tea|in your shoes|in the same boat|out of pocket|on the "
     "back burner|back burner|move the needle|moves the needle|deep dive|drink the kool-aid|a leg "
     "up|hands are tied|feel the pinch|felt the pinch|feeling the pinch|pulling your leg|out of "
     "hand|get out of hand|off the hook|hit it off|cold feet|a hard pill to swallow|blow off steam|"
     "let off steam|sweep under the rug|under the rug|under the carpet|rub you up the wrong way|"
     "get under your skin|a slap in the face|spread too thin|stretched too thin|bend over "
     "backwards|bends over backwards|bent over backwards|hit or miss|hit-or-miss|a mixed bag|"
     "mixed bag|ring a bell|rings a bell|tick all the boxes|ticks all the boxes|ticks all your "
     "boxes|tick your boxes|on the right track|up and coming|word of mouth|the grapevine"},
    {Mark::vague_noun,
     "such things|these things|those things|things like that|things like this|that kind of thing|"
     "that sort of thing|this kind of thing|this sort of thing|and so on|etc|and so forth|the "
     "above|"
     "the former|the latter|the aforementioned|stuff like that|such matters|these issues|"
     "those issues|such issues|the same thing|all that|all this|and the like|that stuff|this "
     "stuff"},
    {Mark::condition,
     "if|unless|except|excluding|including|provided that|provided|only if|only those|not counting|"
     "other than|as long as|regardless of|regardless|not including|apart from|even if|even when|"
     "but only|counting only|but not|in case|assuming|while|unless you|until|after which|"
     "with the exception of|ignoring|leaving out|disregarding|when"},
    {Mark::habit, "usually|normally|typically|generally|routinely|habitually|as a rule"},
    {Mark::share,
     "percentage|percent|per cent|proportion|what share|which share|what fraction|fraction|ratio"},
    {Mark::mental,
     "think|thinks|feel|feels|believe|believes|like|likes|prefer|prefers|want|wants|know|knows|"
     "trust|trusts|worry|worries|enjoy|enjoys|support|supports|agree|agrees|understand|understands|"
     "hope|hopes|expect|expects|care|cares|satisfied|dissatisfied|happy|unhappy|worried|concerned|"
     "interested|proud|motivated|stressed|afraid|intend|intends|plan|plans|consider|regard|"
     "opinion|attitude|view|views|love|loves|hate|hates|wish|wishes|dream|need|needs|value|"
     "appreciate|anxious|lonely|confident|favour|favor|oppose|opposes|thought|felt|believed|liked|"
     "preferred|wanted|enjoyed|expected|hoped|attitudes|opinions|feelings|willing|likely"},
    {Mark::virtue,
     "good|responsible|honest|decent|caring|considerate|loyal|respectable|sensible|conscientious|"
     "ethical|law-abiding|thoughtful|well-behaved|civilised|civilized|dutiful|dedicated|modern|"
     "educated|intelligent|smart|reasonable|moral|upstanding|health-conscious|committed|serious|"
     "diligent|hard-working|polite|fair-minded|patriotic|informed|environmentally conscious|true"},
    {Mark::subjective,
     "good|bad|relevant|nice|appropriate|reasonable|decent|healthy|safe|normal|adequate|"
     "sufficient|fair|proper|suitable|modern|attractive|effective|efficient|affordable|successful|"
     "acceptable|satisfactory|poor|fine|okay|ok|high-quality|big|large|small|high|low|fast|slow|"
     "expensive|cheap|excessive|comfortable|well|clean|quiet|user-friendly|convenient"},
    {Mark::threatening,
     "illegal|illegally|stolen|steal|stole|shoplifted|shoplift|cheated|cheat|cheating|plagiarised|"
     "plagiarized|plagiarise|plagiarize|lied|lie to|lied to|fake|faked|forged|fraud|evaded|evade|"
     "tax evasion|taxable|undeclared|off the books|cash in hand|bribe|bribed|arrested|convicted|"
     "prison|crime|without permission|without paying|without a ticket|without a licence|without "
     "asking|without a "
     "license|someone else's password|private messages|pirated|copyrighted|drugs|illegal drugs|"
     "cocaine|cannabis|marijuana|drunk|after drinking|overdose|addiction|addicted|alcohol problem|"
     "abortion|miscarriage|suicide|suicidal|self-harm|harm yourself|hurt yourself|abuse|abused|"
     "assault|assaulted|violence|violent|hit someone|slapped|shout at|shouted at|threatened|"
     "harassed|harassment|bullied|bully|discriminated|prejudiced|racist|infidelity|unfaithful|"
     "affair|sexual|sexually|sexual partners|std|sti|hiv|incontinence|impotence|eating disorder|"
     "mental health problems|mental illness|depressed|late paying|behind on|overdue|unpaid|evicted|"
     "eviction|bankrupt|bankruptcy|debt collector|payday|could not afford|couldn't afford|unable "
     "to "
     "pay|missed a payment|missed payments|gambled|gambling|embarrassed|ashamed|shame|humiliated|"
     "copied from|someone else's work|speed limit|littered|broke the law|break the law|broken the "
     "law|called in sick|pretended to be|hidden from your|lose your temper|lost your temper|"
     "social benefits|welfare benefits|welfare payments|not entitled|food bank|homeless|hit your|"
     "hit a|hit anyone|slap|punch|punched|kicked someone|threaten|lie about|lied about|lying|"
     "from your partner|from your spouse|from your husband|from your wife|from your boss|without a "
     "valid|valid ticket|trespassed|vandalised|vandalized|smuggled|stalked|hate speech|laundering|"
     "copied homework|steals|cheats|blackmailed|trafficked|insulted|yelled at|sworn at|hitting|"
     "driven after|drove after|drive after|over the limit|sell drugs|misused|abusing|hangover|"
     "sexually transmitted|infection|had sex|unprotected sex|pornography|affairs|behind with"},
    {Mark::two_sided, "or not|or oppose|or against|for or against|or neither|both sides"},
    {Mark::gives_away,
     "benefits of|the benefits|advantages of|the advantages|dangers of|the dangers|danger of|"
     "risks of|the risks|harms of|harmful|harm of|why we need|proof that|proof of|the success of|"
     "failure of|the failure|the failings|the case for|the case against|say no to|fight against|"
     "stop the|save the|save our|addiction|addictive|crisis|superior|superiority|the problem with|"
     "problems caused by|damage caused by|negative effects|positive effects|negative impact|"
     "positive impact|harmful effects|beneficial|threat of|the threat|how great|how much "
     "better|why "
     "you should|is better than|are better than|is bad for|are bad for|is good for|are good for|"
     "improves|destroys|destroying|ruins|ruining|causes|number one|market leader|market-leading|"
     "the best|the worst|your favourite|your favorite|is killing|are killing|evils of|importance "
     "of|the importance|need for more|need for better|wasting|waste of"},

    {Mark::opt_out,
     "prefer not to say|prefer not to answer|rather not say|rather not answer|decline to answer|"
     "do not wish to answer|don't want to answer|do not want to answer|no answer|skip this|"
     "you may skip|prefer not to disclose|prefer not to|you can skip|choose not to answer|refused"},
    {Mark::other,
     "other|others|another|something else|somewhere else|someone else|anything else|else|specify|"
     "none of these|none of the above|miscellaneous|elsewhere|a different"},
    {Mark::none_of,
     "none|none of these|none of the above|not applicable|does not apply|n/a|never|no preference|"
     "nothing|i do not|i don't|i did not|i didn't|i have not|i haven't|i have never|nowhere|"
     "no one|nobody|does not|do not have|did not|it didn't|it did not|there was no|there were no|"
     "not at all|i was not|i am not|i'm not|nor any"},
    {Mark::uncertain,
     "don't know|do not know|not sure|unsure|can't say|cannot say|no opinion|undecided|"
     "not applicable|does not apply|n/a|no experience|too early to say|can't remember|"
     "cannot remember|don't remember|do not remember|not familiar|have not used|haven't used|"
     "no answer|prefer not to say|prefer not to answer|refused|no preference|i did not use|"
     "i do not use|i have not used|haven't tried|did not use|have not tried|not tried|"
     "did not contact|didn't contact|did not attend|did not visit|did not order|did not receive|"
     "did not need|did not take part|have not contacted|haven't contacted|have not needed"},
    {Mark::midpoint,
     "neither|neutral|neither agree nor disagree|about the same|average|undecided|unchanged|mixed|"
     "no difference|about right|no change|so-so|indifferent|okay|ok|acceptable|"
     "stayed the same"},
};

}  // namespace insightflow::bias
