// The rules, in the order in which they are tried: name, check, and what the model is told in
// English and Chinese ({} is what was found). The checks lie in rules_question.c, rules_answer.c
// and rules_option.c, the shared ones in rules.c. Private to rules*.c.
#ifndef VQAGEN_RULES_TABLE_H
#define VQAGEN_RULES_TABLE_H

// clang-format off
#define QUESTION_RULES(X) \
    X("question.empty", check_not_empty, \
      "the question is empty", \
      "问题为空") \
    X("question.null", check_not_null, \
      "\"{}\" is not a question", \
      "“{}”不是问题") \
    X("question.one_line", check_one_line, \
      "the question must be a single line", \
      "问题必须只有一行") \
    X("question.length", right_length, \
      "the question must be one sentence of 8 to 300 characters", \
      "问题必须是一个长短适当的句子，不超过 150 个汉字") \
    X("question.placeholder", check_filled, \
      "the placeholder {} was left in; put what the image shows in its place", \
      "留有占位符 {}，请换成图片中的内容") \
    X("question.options", no_options, \
      "it contains lettered options; give the question alone", \
      "题干中带有选项，请只写问题") \
    X("question.form", right_form, \
      "it is not a question: end it with a question mark, or leave one blank ____", \
      "这不是问句：请以问号结尾，或留一个空格 ____") \
    X("question.single", single, \
      "it asks several things; ask one only", \
      "问了不止一件事，请只问一件") \
    X("question.meta", no_meta, \
      "it speaks of \"{}\"; ask about the image itself", \
      "题干提到“{}”，请直接询问图片内容") \
    X("question.text_reference", no_text_reference, \
      "it refers to \"{}\", which the reader does not see; refer to the image only", \
      "题干提到“{}”，读者看不到，请只依据图片") \
    X("question.file", not_about_file, \
      "it asks about the file or the camera (\"{}\"), not about what is shown", \
      "题干询问文件或拍摄信息（“{}”），而不是画面内容") \
    X("question.identity", not_who, \
      "it asks who a person is (\"{}\"); ask about what can be seen", \
      "题干询问人物身份（“{}”），请询问可见内容") \
    X("question.needs_image", needs_image, \
      "it can be answered from general knowledge (\"{}\"); ask what only this image shows", \
      "凭常识就能回答（“{}”），请询问只有看图才知道的内容") \
    X("question.answer_in_stem", answer_not_in_stem, \
      "the answer \"{}\" stands in the question; point at the thing without it", \
      "题干中出现了答案“{}”，请不要写出答案") \
    X("question.yes_no", not_yes_no, \
      "it can be answered with yes or no; ask what, which, where or how many", \
      "可以用“是”或“否”回答，请改问什么、哪个、哪里或多少") \
    X("question.banned", not_banned, \
      "the form \"{}\" is not allowed for this topic", \
      "该主题不允许“{}”这种问法") \
    X("question.topic", right_topic, \
      "a counting question must ask how many", \
      "计数题必须询问数量") \
    X("question.duplicate", not_taken, \
      "the question \"{}\" was asked already; ask for something else", \
      "已经有问题“{}”，请问别的内容")

#define ANSWER_RULES(X) \
    X("answer.empty", check_not_empty, \
      "the answer is empty", \
      "答案为空") \
    X("answer.null", check_not_null, \
      "\"{}\" is not an answer; a count of nothing is 0", \
      "“{}”不是答案；数量为零时写 0") \
    X("answer.placeholder", check_filled, \
      "the placeholder {} was left in; put what the image shows in its place", \
      "留有占位符 {}，请换成图片中的内容") \
    X("answer.unknown", check_known, \
      "\"{}\" gives no answer", \
      "“{}”没有给出答案") \
    X("answer.one_line", check_one_line, \
      "the answer must be a single line", \
      "答案必须只有一行") \
    X("answer.length", right_length, \
      "the answer is too long; give a word, a number or a few words", \
      "答案太长，请只给一个词、一个数字或几个字") \
    X("answer.repeats_question", not_the_question, \
      "the answer repeats the question", \
      "答案只是重复了问题") \
    X("answer.yes_no", right_yes_no, \
      "\"{}\" does not answer this question, which is not one of yes or no", \
      "“{}”没有回答问题，该题不是是非题") \
    X("answer.number", right_number, \
      "the question asks how many, and \"{}\" is not a number", \
      "题目询问数量，而“{}”不是数字") \
    X("answer.choice", is_choice, \
      "\"{}\" is not one of the choices; give the text of one of them", \
      "“{}”不在所给选项之中，请给出其中一项的文字")

#define OPTION_RULES(X) \
    X("option.empty", check_not_empty, \
      "the option is empty", \
      "选项为空") \
    X("option.null", check_not_null, \
      "\"{}\" is not an option", \
      "“{}”不能作为选项") \
    X("option.placeholder", check_filled, \
      "the placeholder {} was left in", \
      "留有占位符 {}") \
    X("option.all_of_above", not_all_of_above, \
      "options such as all or none of the above are not allowed", \
      "不允许“以上都是”“以上都不是”一类的选项") \
    X("option.unknown", check_known, \
      "\"{}\" says nothing; every option must be a possible answer", \
      "“{}”没有内容，每个选项都必须是可能的答案") \
    X("option.one_line", check_one_line, \
      "an option must be a single line", \
      "选项必须只有一行") \
    X("option.length", option_length, \
      "its length gives the answer away; write it about as long as \"{}\"", \
      "长度与正确答案“{}”相差太大，请写得长短相近") \
    X("option.answer", not_the_answer, \
      "it means the same as the correct answer \"{}\"", \
      "与正确答案“{}”含义相同") \
    X("option.near", not_near, \
      "it is too near the correct answer \"{}\"; leave a real gap", \
      "与正确答案“{}”过于接近，请明显拉开差距") \
    X("option.contained", not_contained, \
      "it would also be right where \"{}\" is; choose something else", \
      "正确答案“{}”成立时它也成立，请换成别的内容") \
    X("option.duplicate", not_duplicate, \
      "it means the same as the option \"{}\"", \
      "与选项“{}”含义相同") \
    X("option.kind", same_kind, \
      "it is not of the same kind as the correct answer \"{}\"", \
      "与正确答案“{}”不是同一类") \
    X("option.script", same_script, \
      "it is not in the language of the correct answer \"{}\"", \
      "与正确答案“{}”语言不同") \
    X("option.style", same_style, \
      "write it in the style of the correct answer \"{}\": the same capital letters, digits and unit", \
      "写法应与正确答案“{}”一致：大小写、数字和单位相同")
// clang-format on

#endif
