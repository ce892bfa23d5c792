/// What a model's SQL may call. A list of what is allowed: SQLite's build decides what else there is. Left out is json_patch, which needs
/// the square of its objects' size.
enum SQLFunctions {
    static let allowed: Set<String> = Set(
        """
        abs avg ceil ceiling char coalesce concat concat_ws count exp floor format glob group_concat hex ifnull iif instr
        length like likelihood likely ln log log10 log2 lower ltrim max min mod nullif octet_length pi pow power printf
        quote radians degrees random replace round rtrim sign soundex sqrt string_agg substr substring sum total trim
        trunc typeof unhex unicode unlikely upper zeroblob
        acos acosh asin asinh atan atan2 atanh cos cosh sin sinh tan tanh
        current_date current_time current_timestamp date datetime julianday strftime time timediff unixepoch
        cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank row_number
        json json_array json_array_length json_error_position json_extract json_group_array json_group_object json_insert
        json_object json_quote json_remove json_replace json_set json_type json_valid -> ->>
        """.split(whereSeparator: \.isWhitespace).map(String.init))

    /// Table-valued functions that read their arguments only.
    static let tables: Set<String> = ["json_each", "json_tree"]
}
