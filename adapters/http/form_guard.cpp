#include "http/form_guard.hpp"

#include <insightflow/security/digest.hpp>
#include <insightflow/security/encoding.hpp>
#include <insightflow/security/mac.hpp>
#include <insightflow/security/tokens.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace insightflow::http {
namespace {

constexpr int base = 36;
constexpr std::size_t random_characters = 10;
/// 128 bits and more: as much of the HMAC as anybody has to guess.
constexpr std::size_t seal_characters = 22;
constexpr std::size_t longest_work = 12;
/// Two servers may not agree to the second about what time it is.
constexpr std::int64_t skew_ms = 60'000;

std::string digits_of(std::int64_t number) {
  std::array<char, 16> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number, base).ptr;
  return {text.data(), end};
}

template <class Number>
std::optional<Number> number_of(std::string_view text, int in_base) {
  Number out{};
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, out, in_base);
  if (text.empty() || read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return out;
}

/// Of 64 hexadecimal digits.
int leading_zero_bits(std::string_view hex) {
  int out = 0;
  for (const char digit : hex) {
    const int value = digit <= '9' ? digit - '0' : digit - 'a' + 10;
    if (value == 0) {
      out += 4;
      continue;
    }
    for (int mask = 8; (value & mask) == 0; mask >>= 1) ++out;
    break;
  }
  return out;
}

}  // namespace

Result<FormRules> parse_form_time(std::string_view text, FormRules rules) {
  constexpr std::int64_t hour = 3'600, minute = 60, month = 30 * 24 * hour;
  const std::size_t comma = std::min(text.find(','), text.size());
  const auto least = number_of<std::int64_t>(text.substr(0, comma), 10);
  const auto most =
      comma == text.size() ? std::nullopt : number_of<std::int64_t>(text.substr(comma + 1), 10);
  if (!least || !most || *least < 0 || *least > hour || *most < minute || *most > month ||
      *least >= *most)
    return fail(Code::invalid, "form_time_malformed",
                "'" + std::string(text) +
                    "' is no time for a form; write MIN,MAX in seconds, as 1,86400: MIN up to "
                    "3600, MAX from 60 to 2592000.");
  rules.least_ms = *least * 1'000;
  rules.most_ms = *most * 1'000;
  return rules;
}

std::string FormGuard::seal(std::string_view slug, std::string_view body) const {
  std::string message(body);
  message.append(".").append(slug);
  return security::base64url_encode(security::hmac_sha256(key_, message))
      .substr(0, seal_characters);
}

std::string FormGuard::issue(std::string_view slug, Instant now) const {
  std::string body = digits_of(now.ms) + '.' + security::random_token("", random_characters);
  return body + '.' + seal(slug, body);
}

std::optional<FormFault> FormGuard::check(std::string_view slug, std::string_view token,
                                          Instant now) const {
  const std::size_t end = token.rfind('.');
  if (end == token.npos) return FormFault::forged;
  const std::string_view body = token.substr(0, end);
  if (!security::equal_in_constant_time(seal(slug, body), token.substr(end + 1)))
    return FormFault::forged;
  const auto issued = number_of<std::int64_t>(body.substr(0, body.find('.')), base);
  if (!issued || now.ms < *issued - skew_ms) return FormFault::forged;
  const std::int64_t age = now.ms - *issued;
  if (age < rules_.least_ms) return FormFault::hurried;
  if (age > rules_.most_ms) return FormFault::expired;
  return std::nullopt;
}

bool FormGuard::worked(std::string_view token, std::string_view work) const {
  if (rules_.work_bits == 0) return true;
  if (work.size() > longest_work || !number_of<std::uint64_t>(work, 10)) return false;
  std::string message(token);
  message.append(":").append(work);
  return leading_zero_bits(security::sha256(message)) >= rules_.work_bits;
}

std::string_view work_script() {
  // SHA-256 (FIPS 180-4) in plain script: the browser's own is asynchronous, and only there on
  // secure pages.
  return R"js(
(function(){
'use strict';
var form=document.getElementById('questions'),token=form.elements.token.value,
field=form.elements.work,bits=+form.dataset.work,note=document.getElementById('work'),
n=0,waiting=null,root=[],start=[],p=2,i;
function frac(x){return ((x-Math.floor(x))*4294967296)|0;}
while(root.length<64){
  for(i=2;i*i<=p&&p%i;i++);
  if(i*i>p){if(start.length<8)start.push(frac(Math.sqrt(p)));root.push(frac(Math.cbrt(p)));}
  p++;
}
function block(h,w){
  var t,s0,s1,a=h[0],b=h[1],c=h[2],d=h[3],e=h[4],f=h[5],g=h[6],k=h[7];
  for(t=0;t<64;t++){
    if(t>15){
      s0=w[t-15];s1=w[t-2];
      s0=(s0>>>7|s0<<25)^(s0>>>18|s0<<14)^s0>>>3;
      s1=(s1>>>17|s1<<15)^(s1>>>19|s1<<13)^s1>>>10;
      w[t]=(w[t-16]+s0+w[t-7]+s1)|0;
    }
    s1=(k+((e>>>6|e<<26)^(e>>>11|e<<21)^(e>>>25|e<<7))+(e&f^~e&g)+root[t]+w[t])|0;
    s0=(((a>>>2|a<<30)^(a>>>13|a<<19)^(a>>>22|a<<10))+(a&b^a&c^b&c))|0;
    k=g;g=f;f=e;e=(d+s1)|0;d=c;c=b;b=a;a=(s0+s1)|0;
  }
  return [h[0]+a|0,h[1]+b|0,h[2]+c|0,h[3]+d|0,h[4]+e|0,h[5]+f|0,h[6]+g|0,h[7]+k|0];
}
function digest(text){
  var h=start,size=text.length,total=(size+8>>6)+1,at,w,t,j,code;
  for(at=0;at<total;at++){
    w=new Array(64);
    for(t=0;t<16;t++){
      w[t]=0;
      for(j=0;j<4;j++){
        code=at*64+t*4+j;
        w[t]|=(code<size?text.charCodeAt(code):code===size?128:0)<<24-8*j;
      }
    }
    if(at===total-1)w[15]=size*8;
    h=block(h,w);
  }
  return h;
}
function solved(){return Math.clz32(digest(token+':'+n)[0])>=bits;}
function work(){
  var end=Date.now()+25;
  while(Date.now()<end){
    if(solved()){
      field.value=n;
      note.hidden=true;
      if(waiting)form.requestSubmit(waiting);
      return;
    }
    n++;
  }
  setTimeout(work,0);
}
form.addEventListener('submit',function(event){
  if(field.value||!event.submitter||!event.submitter.dataset.last)return;
  event.preventDefault();
  waiting=event.submitter;
  note.hidden=false;
});
if(!field.value)work();
}());
)js";
}

}  // namespace insightflow::http
