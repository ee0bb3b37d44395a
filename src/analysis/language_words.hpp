#pragma once

#include <array>
#include <string_view>

/// What tells languages of the same script apart. All lists are written by hand.
namespace insightflow::analysis {

enum class Script : unsigned char {
  none,
  latin,
  cyrillic,
  arabic,
  han,
  kana,
  hangul,
  greek,
  hebrew,
  devanagari,
  bengali,
  tamil,
  telugu,
  thai,
  georgian,
  armenian,
  other
};
inline constexpr std::size_t script_count = static_cast<std::size_t>(Script::other) + 1;

struct LanguageProfile {
  std::string_view code;
  Script script;
  std::string_view words;    ///< Frequent words and words of answers, as `forms` spell them.
  std::string_view endings;  ///< Of words of five letters and more.
  std::string_view letters;  ///< Beyond a to z, and those of its script that others lack.
};

inline constexpr std::array<LanguageProfile, 38> language_profiles{{
    {"af", Script::latin,
     "die en nie is het van ek te dat in om vir met wat sy op hy ons baie was aan maar sal hulle "
     "kan my daar goed ook",
     "heid lik", "ê"},
    {"ar", Script::arabic,
     "من في على أن إلى هذا لا ما التي كان عن مع هو الذي هذه كل جدا لم لكن بعد كانت بين قد ذلك هي "
     "أنا أو ليس كما حتى عند غير إن وقد ولا وهو خدمة جيد جيدة ممتاز شكرا عام تم يوم منذ خلال",
     "", "ةأإىؤئ"},
    {"bg", Script::cyrillic,
     "и на да се не за от в са е с че по ще като но той има много си това съм бъде към само аз "
     "ми ви беше или ако как добре до при",
     "", "ъ"},
    {"bn", Script::bengali, "", "", ""},
    {"cs", Script::latin,
     "a se na v je to že s z i do o k ve pro za by ale si jsem po jako byl tak jsou který co jak "
     "při nebo není bylo už velmi ze podle jen která má dobře dobrý nic když děkuji jsme vše od "
     "také moc kde proč služba",
     "ost ého ých", "řěůščžýáíé"},
    {"da", Script::latin,
     "og i at det en er til på som med den af for ikke der de har om et jeg var men så fra kan vi "
     "når meget også eller blev hun mig godt være havde alt ved ud op skal nej mange hvor hvad "
     "meget dårlig tak",
     "hed else", "øåæ"},
    {"de", Script::latin,
     "der die das und ist nicht ich ein eine zu den mit sich des auf für im dem es auch als von "
     "wir "
     "an werden aus er hat dass sie nach wird bei noch nur wie über so aber mein sehr oder war "
     "kann "
     "mehr keine gut wenn immer zum zur haben sind mir mich uns ihr was man einen einer einem gibt "
     "alles bitte danke schlecht gute guter schnell zufrieden leider kein ja nein wurde durch um "
     "wer welche welcher wo warum viele",
     "ung ungen keit heit lich ische isch schaft", "üäöß"},
    {"el", Script::greek, "", "", ""},
    {"en", Script::latin,
     "the of and to in is you that it was for on are with as his they be at this have from or had "
     "by but what all were we when your can said there an each which do how their if will up other "
     "about out many then them these so some her would make him has two more no could people my "
     "than been who its now did get made may very not don't i'm it's i too good bad great service "
     "need please thanks thank better much should just like also only because it's can't doesn't "
     "where why any our me he she nothing none yes really more staff time i've they're that's",
     "ing tion ness ment able ally ously ful less", ""},
    {"es", Script::latin,
     "el la los las de que y en un una es no por con para se del al lo como más pero sus le ya o "
     "este sí porque esta entre cuando muy sin sobre también me hasta hay donde quien todo nos "
     "todos uno les ni contra otros fue está son mi bien yo mis su eso esto tiene ser muchas "
     "mucho gracias bueno buena malo mala servicio excelente atención nada mejor cuál qué dónde "
     "cuándo cómo quién cuántos",
     "ción ciones dad mente ando iendo miento", "ñáíóúé¿¡"},
    {"fa", Script::arabic,
     "و در به از که این را با است آن برای های می یک بود شد خود هم بسیار ولی اما یا نیست خیلی من "
     "ما شما تا هر بر نمی شود کرد خوب بد عالی ممنون هست دارد باید اگر",
     "", "پچژگکی"},
    {"fi", Script::latin,
     "ja on ei että se oli hän mutta ovat kun niin myös mitä minä kuin olen hyvä sen tai jos ole "
     "tämä hyvin ollut joka vain nyt mikä ne en me he sitä kiitos huono erittäin palvelu kaikki "
     "paljon mukaan kanssa",
     "ssa ssä sta stä nen lla llä", "äö"},
    {"fr", Script::latin,
     "le la les de des et est un une que qui dans pour pas sur avec au il elle je ne ce se plus "
     "par "
     "mais nous vous sont été ont très c'est j'ai tout bien cette du en aux fait être ou leur mon "
     "même on y a si son sa ses sans comme quand rien trop merci bon bonne mauvais service d'un "
     "d'une l'accueil qu'il n'est quel quelle où pourquoi beaucoup",
     "ment tion eaux euse eux aient ité", "éèêàçùûîôœ"},
    {"he", Script::hebrew, "", "", ""},
    {"hi", Script::devanagari, "", "", ""},
    {"hu", Script::latin,
     "a az és hogy nem is egy ez van de meg csak volt mint már még nagyon ha vagy ki azt jó nincs "
     "minden lehet vagyok után között ezt itt amikor köszönöm rossz kell szolgáltatás mert",
     "ság ség nak nek ban ben", "őűöüóáéí"},
    {"hy", Script::armenian, "", "", ""},
    {"id", Script::latin,
     "yang dan di itu dengan untuk tidak ini dari dalam akan pada juga saya ke karena ada mereka "
     "lebih oleh sudah atau seperti bisa sangat kami anda baik kita tapi banyak adalah telah saja "
     "terima kasih bagus pelayanan buruk tak sekali dapat harus semua apa kurang",
     "nya kan", ""},
    {"it", Script::latin,
     "il lo la i gli le di e che è un una in non per con del della dei nel sono si da come più ma "
     "anche al alla molto questo questa ho mi ha tutto delle dal bene ci se suo stato era ed o "
     "quando perché senza essere servizio grazie ottimo buono niente sempre solo dell'a nella "
     "abbiamo troppo c'è cosa qualità",
     "zione zioni ità mente ando endo issimo", "èàòùì"},
    {"ja", Script::kana, "", "", ""},
    {"ka", Script::georgian, "", "", ""},
    {"ko", Script::hangul, "", "", ""},
    {"nl", Script::latin,
     "de het een en van ik te dat die in is niet met op zijn voor er aan hij maar om ook als dan "
     "naar heb hebben wat nog wel bij je we deze uit kan heel zo mijn geen goed meer zeer erg door "
     "worden werd veel alles dit was bedankt slecht altijd waar waarom goede",
     "heid lijk lijke ijn ende", ""},
    {"no", Script::latin,
     "og i det er en til på som med å av for ikke den de har om et jeg var men så fra kan vi når "
     "veldig også eller ble hun meg bra være hadde etter mye alt ved ut opp skal nei hvor hva "
     "dårlig takk noe",
     "het else", "øåæ"},
    {"pl", Script::latin,
     "i w nie na się z jest to do że jak o co po ale za tak od czy dla przez tylko już jestem być "
     "są "
     "był mnie bardzo może ten było oraz ze tego przy nad mam dobrze dobry obsługa dziękuję brak "
     "wszystko jego które który więcej",
     "ość ego ych ami", "łąęśżźćńó"},
    {"pt", Script::latin,
     "o a os as de que e do da em um uma para com não é no na por mais dos como mas foi ao ele das "
     "tem à seu sua ou ser quando muito há nos já está eu também só pelo pela até isso ela entre "
     "era depois sem mesmo aos ter seus quem nas me esse eles estão você meu minha obrigado bom "
     "boa "
     "ruim atendimento serviço ótimo nada melhor são",
     "ção ções dade mente ando endo mento", "ãõçáéíóêâú"},
    {"ro", Script::latin,
     "și de în a la cu pe nu este un o că din care mai se pentru sunt am să foarte dar ce fi au ca "
     "al lui sau după când bine si sa in bun mulțumesc servicii fost lor",
     "ului ilor are ție", "șțăâîşţ"},
    {"ru", Script::cyrillic,
     "и в не на я что он с как это по но они мы все за из у так же от бы вы было очень для только "
     "мне есть нет меня если когда или был хорошо плохо спасибо его к а до ещё еще уже чтобы "
     "быть всё о",
     "", "ыэё"},
    {"sr", Script::cyrillic,
     "и у је да се на не за од су са као ово што али или сам веома добро бити који сте само није",
     "", "јљњћђџ"},
    {"sv", Script::latin,
     "och i att det en som är av för på med den inte till har de om ett jag var men så från kan vi "
     "när mycket bra också eller hade hon mig alla mitt vid ut upp ska nej vad dålig tack efter "
     "vara mer",
     "het ning ande", "åäö"},
    {"ta", Script::tamil, "", "", ""},
    {"te", Script::telugu, "", "", ""},
    {"th", Script::thai, "", "", ""},
    {"tr", Script::latin,
     "ve bir bu da de için ile çok o ne mi gibi daha ama var ben en kadar olarak olan değil her "
     "şey "
     "yok sonra ki iyi biz sen bana veya hiç mu oldu teşekkürler güzel kötü hizmet tarafından",
     "lar ler dır dir yor mak mek", "ışğçöü"},
    {"uk", Script::cyrillic,
     "і в не на що я з та як це він до але за по ми все від ви було дуже для тільки мені є немає "
     "якщо коли або був добре й у цей дякую його бути",
     "", "іїєґ"},
    {"ur", Script::arabic,
     "کے کی میں ہے کا اور سے نے کو پر ہیں یہ کہ اس نہیں بہت تھا بھی وہ ہو ایک تو جو", "", "ٹڈڑےہں"},
    {"vi", Script::latin,
     "và của là không có được cho một trong người những các với này đã để tôi rất khi cũng như đến "
     "bạn thì tốt nhưng nhiều ra lại vì từ đó phục vụ cảm ơn",
     "", "ơưđạảấầậắặẻẽếềệỉịọốồộớờợủụứừựỳ"},
    {"zh", Script::han, "", "", ""},
}};

}  // namespace insightflow::analysis
