// The words that refusals are made of, by idea: what a sentence is about, and what it says of it.
//
// phrase.h says how the alternatives are written and looked for. A wording that no rule knows is
// mended here, by the word that was missing, rather than by a rule of its own.
#ifndef VQAGEN_FAULT_LEXICON_H
#define VQAGEN_FAULT_LEXICON_H

// ---- What it is about ---------------------------------------------------------------------------

#define ABOUT_IDENTITY                                                                                      \
    "api key|apikey|api token|access token|auth token|bearer|secret|subscription key|"                      \
    "credential|authentication|authenticat|jwt|signature|iam |oauth|license key|密钥|令牌|"             \
    "鉴权|访问凭证|凭据|身份验证|认证|api 密钥|秘钥|login|log in|sign in|auth |password|" \
    "username|app id|appid|secret id|访问密钥|签名|登录"
#define ABOUT_KEY "authorization|" ABOUT_IDENTITY
// Of text there are tokens too; so this counts only where a status says that it is about access.
#define ABOUT_TOKEN "token |key "
#define ABOUT_ACCOUNT                                                                              \
    "account|organization|organisation|project|user|tenant|workspace|team|customer|consumer|"      \
    "subscription|账号|账户|帐号|用户|组织|项目|租户"
#define ABOUT_MONEY                                                                                               \
    "balance |balances|credit|billing|payment|fund |funds|prepaid|prepay|invoice|spend|"                          \
    "budget|wallet|余额|账单|资源包|付款|支付|预算|点数|积分|额度|账户|费用|arrear|trial|" \
    "free tier|paid plan|代金券|套餐|资源点"
#define ABOUT_MODEL "model|deployment|checkpoint|lora|adapter|模型|部署"
#define ABOUT_IMAGE                                                                                \
    "image|images|picture|photo|pixel|media data|media content|media file|multimodal|multi "       \
    "modal|visual|mm data|图片|图像|"                                                          \
    "照片|多模态"
#define ABOUT_VISION                                                                               \
    "image|images|picture|photo|vision|visual|vlm|multimodal|multi modal|mm input|图片|图像|"  \
    "多模态|视觉|看图|modality|modalities"
#define ABOUT_CONTEXT                                                                                     \
    "context|prompt|input token|input length|token count|number of token|total token|tokens|"             \
    "sequence length|sequence|n ctx|message length|message|conversation|max model len|"                   \
    "max position|kv cache|token limit|input|上下文|输入长度|输入内容|输入文本|提示词|" \
    "输入token|输入 token|token 数|token数|对话"
#define ABOUT_TEXT "string|text|content|message|prompt|文本|内容"
#define ABOUT_BODY                                                                                 \
    "request|body|payload|entity|post data|content length|header or cookie|upload|请求体|"      \
    "请求|part |multipart|form data"
#define ABOUT_STRUCTURED                                                                           \
    "response format|json schema|json object|json mode|json output|structured output|"             \
    "structured generation|structured decoding|guided|grammar|response schema|"                    \
    "response json schema|response mime type|output schema|output format|output config format|"    \
    "constrained|结构化|json 模式|返回格式|响应格式"
#define ABOUT_STREAM "stream|streaming|sse|server sent|流式"
// Parameters that a request of vqagen may hold.
#define ABOUT_CAP                                                                                  \
    "max tokens|max completion tokens|max output tokens|max new tokens|max length|maxtokens|"      \
    "completion tokens|output tokens|num predict"
#define ABOUT_PARAMETER                                                                            \
    "temperature|top p|top k|seed|stream option|include usage|penalty|logprobs|logit bias|"        \
    "reasoning effort|reasoning|thinking|chat template kwargs|effort|stop sequence|service tier|"  \
    "store |metadata|parallel tool|tool choice|min p|" ABOUT_CAP
#define ABOUT_ANY_PARAMETER                                                                        \
    "parameter|argument|property|properties|field|option|extra input|keyword|request body|"        \
    "参数|字段|" ABOUT_PARAMETER
#define ABOUT_PATH "route|path|url|uri|resource|page|endpoint|api |接口|路径|地址|页面|method"
#define ABOUT_SERVER                                                                               \
    "model|server|service|engine|worker|backend|instance|replica|runner|container|pipeline|"       \
    "模型|服务|实例|引擎|endpoint|instances|function|weights"
#define ABOUT_ADDRESS                                                                              \
    "ip |ips |ip address|address|firewall|network|vpc|referer|referrer|origin |白名单|来源"
#define ABOUT_REGION                                                                                \
    "country|countries|region|territor|location|geograph|地区|国家|区域|地域|jurisdiction|" \
    "sanction|境外|大陆"
#define ABOUT_CONTENT                                                                                  \
    "content|input|prompt|image|text|output|message|request|response|generation|内容|输入|图片|" \
    "文本|提示|请求|输出|回答"
#define ABOUT_PERIOD                                                                               \
    "daily|per day|a day|today|day|rpd|tpd|monthly|per month|month|weekly|per week|week|"          \
    "24 hours|5 hour|每日|每天|当日|今日|本月|每月|每周|本周|单日|日限|今天"
#define ABOUT_LIMIT                                                                                \
    "limit|quota|allowance|allocation|calls|requests|usage|限额|配额|额度|上限|次数|用量"

// ---- What is said of it -------------------------------------------------------------------------

#define SAYS_MISSING                                                                                         \
    "missing|not provided|not~provided|did not provide|not set|not specified|not supplied|"                  \
    "not sent|not present|not included|absent|empty|is required|are required|must provide|"                  \
    "must be provided|must be set|must include|must supply|please provide|please supply|need|"               \
    "requires a|without|no~key|no~credential|no~token|no~authoriz|no~authenticat|"                           \
    "not found in~request|not found in~header|缺少|缺失|未提供|未填|为空|未携带|没有提供|" \
    "未传|请提供|请输入|不能为空|请携带|expected|not given|no~header|未登录|请先登录|未认证"
#define SAYS_EXPIRED                                                                               \
    "expired|expire|has expired|revoked|no longer valid|no longer active|disabled|"                \
    "deactivated|deleted|rotated|inactive|not active|suspended|leaked|compromised|cancelled|"      \
    "过期|失效|禁用|停用|吊销|撤销|已删除|作废|expiry|frozen|到期|停止"
#define SAYS_WRONG                                                                                              \
    "invalid|incorrect|wrong|malformed|not valid|not a valid|unknown|unrecogni|not~recogni|"                    \
    "not match|not~match|mismatch|bad |illegal|not found|not exist|not registered|无效|错误|"               \
    "不正确|不合法|非法|有误|不匹配|不存在|未找到|not correct|not accepted|not be verified|" \
    "verification fail|check your|校验失败|验证失败|不对|请检查"
#define SAYS_FAILED                                                                                \
    "fail|denied|reject|unauthorized|unauthenticated|error|could not|失败|拒绝|未通过"
#define SAYS_FORBIDDEN                                                                                                        \
    "access denied|access~denied|no access|not have~access|not~have access|not~access|lack|"                                  \
    "permission|forbidden|not allowed|not~allowed|not permitted|not~permitted|not authorized|"                                \
    "not~authorized|unauthorized|not entitled|not~entitled|not subscribed|not~subscribed|"                                    \
    "not activated|not~activated|not enabled|not~enabled|not opened|not open|restricted|"                                     \
    "must be verified|must~verif|not verified|not been granted|not~granted|gated|"                                            \
    "not eligible|requires~approval|archived|upgrade~plan|无权|没有权限|无访问权限|权限不足|"                  \
    "未开通|未授权|未激活|禁止|拒绝访问|没有访问|未订阅|需要申请|无使用权限|不允许|实名|" \
    "没有~授权|无授权"
#define SAYS_CLOSED                                                                                        \
    "disabled|suspended|deactivated|banned|closed|archived|locked|frozen|not active|inactive|"             \
    "blocked|terminated|deleted|not verified|on hold|封禁|冻结|禁用|注销|停用|锁定|未实名|" \
    "实名认证|被封|restricted"
#define SAYS_SHORT                                                                                         \
    "insufficient|not enough|not sufficient|too low|exhaust|deplet|run out|ran out|out of|"                \
    "exceed|overdue|arrear|unpaid|not paid|top up|recharge|used up|reached|suspend|past due|"              \
    "negative|fail|decline|not have|not~have|below|不足|欠|用尽|用完|耗尽|充值|不够|透支|"  \
    "逾期|停机|超支|为零|已达|消耗完|耗完|用光|ended|expired|zero|0 00|afford|not cover|" \
    "please purchase|购买|已结束|到期"
// What names no content beside it.
#define SAYS_FILTERED                                                                              \
    "sensitive filter|sensitive content|sensitive info|sensitive word|sensitive data|"             \
    "new sensitive|input sensitive|output sensitive|content filter|content polic|"                 \
    "content moderation|nsfw|guardrail|safety system|敏感|违规|内容安全|内容审核|"     \
    "safety check|safety filter"
#define ABOUT_PLAN "subscription|plan|tier|package|版本|套餐"
#define SAYS_NOT_INCLUDED                                                                          \
    "not available|not~available|not include|not~include|not enabled|not support|not~support|"     \
    "not allow|not~allow|upgrade|requires|不包含|不支持|升级"
#define SAYS_TEXT_ONLY                                                                             \
    "text only|only text|only~text input|accepts text|takes text|plain text model|text model|"     \
    "language model only|纯文本|仅支持文本|只支持文本|仅支持文字"
// Money without a word of money beside it.
#define SAYS_PAY                                                                                                        \
    "payment required|billing~enabled|billing~disabled|billing~required|requires billing|"                              \
    "enable billing|no~payment method|add~payment|not have~credit|no~credit left|"                                      \
    "no~credits or|out of credit|out of fund|no~balance|credit~required|in arrears|past due|"                           \
    "pay~invoice|欠费|余额不足|余额为|请充值|请~充值|账户已欠|资金不足|停服|key limit~exceed|" \
    "spend limit|key budget"
#define SAYS_ABSENT                                                                                                               \
    "not found|not~found|not exist|not~exist|no such|unknown|not available|"                                                      \
    "not currently~available|unavailable|not loaded|not~loaded|not deployed|not~deployed|"                                        \
    "not served|not~served|could not find|can not find|unable to find|not find|not recogni|"                                      \
    "unrecogni|not valid|not a valid|not~valid|invalid model|invalid~model|model~invalid|"                                        \
    "incorrect model|wrong model|not in the|not one of|not hosted|not registered|"                                                \
    "not configured|no model|not a known|not been pulled|pull it|pull the model|no longer|"                                       \
    "decommission|retired|deprecated|sunset|discontinu|end of life|legacy|removed|"                                               \
    "unsupported model|model~not supported |not~supported model|no~route|no~endpoint|"                                            \
    "no~provider|no~channel|no~deployment|no~worker|no~instance|不存在|未找到|找不到|无效|"                            \
    "未知|不可用|下线|下架|停用|没有该|没有找到|没有此|不支持该模型|不支持的模型|有误|错误|" \
    "无可用|未部署|暂无|not work with|different model|another model|更换模型|其他模型|"                           \
    "only~allowed now|misspel|check the model|not part of|withdrawn|obsolete|not be found|"                                       \
    "no~support|尚未上线|停止服务|未上线"
#define SAYS_UNSUPPORTED                                                                                                \
    "not support|not~support|unsupported|no support|not accept|not~accept|not allow|"                                   \
    "not~allow|not permit|not~permit|not enabled|not~enabled|not available|not~available|"                              \
    "unavailable|not take|not~take|not handle|not~handle|not capable|not~capable|"                                      \
    "can not~images|unable to~images|only~support|only accept|only~accept|only text|"                                   \
    "only~text|text only|not implemented|not~implemented|not compatible|incompatible|"                                  \
    "without vision|lacks|no vision|disable|not~able|must be text|not a multimodal|"                                    \
    "not multimodal|not a vision|not a vlm|not vision|at most 0|expected `text|"                                        \
    "received image|does not have~capab|不支持|不接受|仅支持文本|只支持文本|仅支持文字|"           \
    "纯文本|无法处理|无法识别|暂不支持|未启用|不具备|没有视觉|未开启|takes only|only take|" \
    "incorrect input|unknown part|unknown content|unknown type|unexpected content|"                                     \
    "unknown variant|are off|is off|turned off|switched off|ability|abilities|capabilit|"                               \
    "ignored|dropped|stripped|no image|text model|language model only|单模态|not be sent"
#define SAYS_UNKNOWN                                                                                     \
    "unknown|unsupported|unexpected|extra|unrecogni|not~recogni|not support|not~support|"                \
    "not allow|not~allow|not permit|not~permit|not accept|not~accept|not available|"                     \
    "not~available|not compatible|incompatible|deprecated|no such|can not|not a valid|"                  \
    "invalid|illegal|not valid|must be|should be|may only|only the default|only~default|"                \
    "out of range|not in range|range|not find field|can not find field|ignored|disallow|"                \
    "not enabled|not implemented|no longer|unavailable|非法|不支持|无效|错误|不合法|取值|" \
    "范围|不允许|未知|不能|no greater|no more than|not greater|not less"
#define SAYS_TOO_MUCH                                                                                            \
    "too large|too big|too long|too many|too high|exceed|larger than|bigger than|"                               \
    "greater than|longer than|more than|over the|above the|beyond|at most|maximum|max |"                         \
    "must be less|less than or equal|must be smaller|must not be larger|no more than|not fit|"                   \
    "not~fit|oversize|out of range|overflow|truncat|limited to|reduce|超过|超出|过大|过长|"              \
    "过多|过高|太大|太长|太多|最大|最多|上限|超限|超长|less than|fewer than|shorter|大于|" \
    "不能超过|不得超过|limit is"
#define SAYS_TOO_LARGE                                                                                \
    "too large|too big|exceed|larger than|bigger than|oversize|too many|过大|太大|超过|超出|" \
    "超限|大于|不得超过|不能超过|不超过"
#define SAYS_QUOTA_REACHED                                                                              \
    "limit|quota|exceed|reached|too many|exhaust|allowance|used up|上限|限额|配额|额度|用完|" \
    "用尽|次数|超限|用光|耗尽|are gone"
#define SAYS_UNTAKEN                                                                                 \
    "unknown|unsupported|unexpected|extra|unrecogni|not~recogni|not support|not~support|"            \
    "not permit|not~permit|not allowed|not~allowed|not find field|can not find field|"               \
    "disallow|no such|非法|不支持|不合法|未知|无效|additional properties|not a recogni|" \
    "unpermitted|must not be present"
#define SAYS_BYTES                                                                                    \
    "byte|mb |kb |mib |kib |file size|size~mb|size limit|size in|大小|体积|兆|字节|character|" \
    "m "
#define SAYS_PIXELS                                                                                  \
    "pixel|px |dimension|resolution|width|height|side|megapixel|分辨率|像素|尺寸|宽|长边|" \
    "短边|decompression bomb"
#define SAYS_COUNT                                                                                 \
    "too many image|number of image|image count|at most~image|max images|images per|"              \
    "up to~image|limit~images|one image|single image|数量|limit mm per prompt|最多~张|"       \
    "不超过~张|超过~张|张数|多张"
#define SAYS_FORMAT                                                                                \
    "format|mime|media type|file type|image type|encoding|encoded|extension|webp|png |gif |"       \
    "tiff|heic|bmp |格式|编码|jpeg|jpg|avif|svg|animated|heif|cmyk|color mode"
#define SAYS_UNREADABLE                                                                            \
    "decode|decoding|corrupt|truncat|invalid|can not identify|not identify|could not process|"     \
    "unable to~process|can not process|could not read|unable to read|can not read|unreadable|"     \
    "malformed|could not parse|parse|broken|damaged|not an image|not a valid|not valid|"           \
    "could not~open|can not~open|can not be opened|can not~load|fail|incorrect padding|"           \
    "illegal|unable to|not~match|mismatch|appears to be|too small|minimum|smaller than|"           \
    "aspect|损坏|解析|解码|失败|无效|异常|过小|太小|读取|识别|empty|zero byte|no data"
#define SAYS_FETCH                                                                                 \
    "download|fetch|retriev|not reachable|unreachable|inaccessible|not accessible|下载|获取|拉取"
#define SAYS_REFUSED_BY_RULES                                                                                                      \
    "safety|usage polic|content~polic|polic~violation|violat~polic|violates|responsible|"                                          \
    "sensitive|inappropriate|moderat|flagged|harmful|content filter|filtered|unsafe|"                                              \
    "high risk|prohibited content|prohibited use|blocked by~filter|nsfw|sexual|violence|敏感|"                                   \
    "违规|违禁|不合规|不当|涉黄|涉政|有害|内容安全|安全审核|审核未通过|审核不通过|风险|审核|" \
    "guardrail|blocklist|illegal content|copyright|self harm|hate|violen|terms of service|"                                        \
    "guidelines|违反|法律法规|拦截"
#define SAYS_LIMITED_BY_RATE                                                                                             \
    "rate limit|ratelimit|rate~limit|rate exceed|too many request|requests per|tokens per|"                              \
    "qps|rpm|tpm|tps|rps|throttl|request frequency|frequency limit|frequency~exceed|"                                    \
    "too frequent|too fast|slow down|concurren|parallel request|simultaneous|burst|频率|限流|"                       \
    "限频|限速|请求过多|请求数过多|过于频繁|频繁|并发|速率|请求太快|访问过快|per minute|" \
    "per second|a minute|每分钟|每秒|try again in|retry after|wait~second|too quickly"
#define SAYS_OVERLOADED                                                                                    \
    "overload|busy|capacity|high demand|heavy load|high load|heavy traffic|high traffic|saturat|"          \
    "queue is full|queue full|queue~full|full queue|pending request|too many pending|"                     \
    "additional requests|server load|under load|resource exhausted|no~slot|not enough resource|"           \
    "service is temporarily|temporarily unavailable|maintenance|繁忙|过载|负载|排队|资源不足|" \
    "拥挤|人数过多|系统忙|维护"
#define SAYS_STARTING                                                                                  \
    "loading|not ready|not~ready|starting|start up|warming|warm up|initializ|initialis|"               \
    "cold start|booting|being loaded|waking|scaling up|加载中|正在加载|启动中|正在启动|" \
    "未就绪|初始化|预热|sleeping|asleep|wake|paused|hibernat|scaled to|not running|stopped|"   \
    "no instances"
#define SAYS_BROKEN                                                                                           \
    "out of memory|cuda|oom |terminated|crash|killed|panic|segfault|internal server|"                         \
    "unexpected error|something went wrong|内部错误|系统错误|服务异常|系统异常|未知错误|" \
    "gpu memory"
#define SAYS_STREAM_ONLY                                                                                 \
    "only support stream|only~support stream|only~stream|stream only|streaming only|"                    \
    "streaming is required|stream is required|requires stream|require~stream|must~stream|"               \
    "stream must be true|set stream to true|set stream true|stream to be true|enable the stream|"        \
    "enable stream|non stream~not support|non streaming~not|use stream|仅支持流式|只支持流式|" \
    "仅支持 stream|需要流式|必须使用流式|开启流式|不支持非流式"

#endif
