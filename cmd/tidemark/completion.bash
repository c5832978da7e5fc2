# The words of the line, where the package bash-completion is not installed. readline cuts a word at = and : and @, the
# program wants it whole: what no blank parts is one word.
if ! declare -F _get_comp_words_by_ref >/dev/null; then
_get_comp_words_by_ref()
{
    local line=${COMP_LINE:0:COMP_POINT} rest i
    words=()
    for ((i = 0; i <= COMP_CWORD; i++)); do
        rest=${line#"${line%%[![:space:]]*}"}
        if [[ ${#words[@]} -eq 0 || -z $rest || $rest != "$line" ]]; then
            words+=("")
        fi
        if [[ $rest == "${COMP_WORDS[i]}"* ]]; then
            words[-1]+=${COMP_WORDS[i]}
            line=${rest#"${COMP_WORDS[i]}"}
        else # the cursor stands in this word
            words[-1]+=$rest
            line=
        fi
    done
    cword=$((${#words[@]} - 1)) cur=${words[-1]} prev=
    ((cword == 0)) || prev=${words[cword - 1]}
}
fi

